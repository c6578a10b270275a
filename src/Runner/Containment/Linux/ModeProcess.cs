using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// The runner's end of a process that runs the runner's own program in one of its <see cref="ProcessMode"/>s.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ModeProcess : IDisposable
{
    private const int MessageLimit = 1000;

    private readonly string _mode;

    private ModeProcess(string mode) => _mode = mode;

    public required int Id { get; init; }

    /// <summary>The process for good.</summary>
    public required ProcessIdentity Identity { get; init; }

    /// <summary>Of the process itself; in the mode that becomes the agent, that is the agent.</summary>
    public required ProcessHandle Handle { get; init; }

    public required FileDescriptor StandardOutput { get; init; }

    public required FileDescriptor StandardError { get; init; }

    public required FileDescriptor Status { get; init; }

    /// <summary>Closing it tells a supervisor that the runner has done with it.</summary>
    public required FileDescriptor Control { get; init; }

    /// <exception cref="AgentStartException">It could not be started.</exception>
    public static ModeProcess Start(OwnProgram program, string mode, AgentLaunch launch, LaunchSpec spec)
    {
        try
        {
            using var file = spec.ToFile();
            using var input = OpenInput(launch);
            var output = FileDescriptor.CreatePipe();
            var error = FileDescriptor.CreatePipe();
            var status = FileDescriptor.CreatePipe();
            var control = FileDescriptor.CreatePipe();
            using (output.Writer)
            using (error.Writer)
            using (status.Writer)
            using (control.Reader)
            {
                var id = TryStartInCgroup(spec, [input, output.Writer, error.Writer], status.Writer) ?? Children.Start(new()
                {
                    Program = program.Program,
                    Arguments = program.CommandLine(mode, launch.RunId),
                    Environment = OwnProgram.StartEnvironment(),
                    Descriptors = [input, output.Writer, error.Writer, file, status.Writer, control.Reader],
                });
                (ProcessHandle handle, ProcessIdentity identity) = Hold(id, mode, control.Writer);
                return new(mode)
                {
                    Id = id,
                    Identity = identity,
                    Handle = handle,
                    StandardOutput = output.Reader,
                    StandardError = error.Reader,
                    Status = status.Reader,
                    Control = control.Writer,
                };
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new AgentStartException(
                $"The runner could not start its own program {program.Program}: {e.Message}.", e);
        }
    }

    /// <summary>The container for it; if that cannot be made, the process is ended.</summary>
    /// <exception cref="AgentStartException">There is no room for it.</exception>
    public T HeldBy<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            StandardOutput.Dispose();
            StandardError.Dispose();
            Abandon(Id, _mode, Control);
            Dispose();
            throw new AgentStartException($"The runner has no room for another agent: {e.Message}.", e);
        }
    }

    /// <summary>
    /// What it, or the runtime beneath it, wrote to standard error before it failed, for the message of the failure.
    /// </summary>
    public string ReadComplaint()
    {
        var buffer = new byte[MessageLimit];
        try
        {
            return StandardError.WaitReadable(0)
                ? Encoding.UTF8.GetString(buffer, 0, StandardError.Read(buffer)).Trim()
                : "";
        }
        catch (ObjectDisposedException)
        {
            return "";
        }
    }

    /// <summary>Lets go of everything but the streams, which belong to whoever reads them.</summary>
    public void Dispose()
    {
        Control.Dispose();
        Status.Dispose();
        Handle.Dispose();
    }

    /// <summary>Takes hold of a child that was just started and is not collected.</summary>
    private static (ProcessHandle Handle, ProcessIdentity Identity) Hold(int process, string mode, FileDescriptor control)
    {
        ProcessHandle handle = ProcessHandle.TryOpen(process) ?? throw Abandon(process, mode, control);
        try
        {
            return (handle, ProcessStat.TryRead(process)?.Identity ?? default);
        }
        catch (IOException)
        {
            handle.Dispose();
            Abandon(process, mode, control);
            throw;
        }
    }

    /// <summary>
    /// There is no descriptor left to hold it by. A supervisor ends by itself what it has started; the process that
    /// becomes the agent has nothing outside of its cgroup.
    /// </summary>
    private static Win32Exception Abandon(int process, string mode, FileDescriptor control)
    {
        var reason = new Win32Exception(Marshal.GetLastPInvokeError());
        control.Dispose();
        if (mode != ProcessMode.Supervise)
        {
            _ = Libc.Kill(process, UnixSignal.Kill);
        }

        Children.Collect(process, wait: true);
        return reason;
    }

    /// <summary>Null if the run has no cgroup, or if the way by the runner's own program must be taken.</summary>
    private static int? TryStartInCgroup(LaunchSpec spec, IReadOnlyList<FileDescriptor> descriptors, FileDescriptor status)
    {
        if (spec.CgroupDirectory.Length == 0 || descriptors.Append(status).Any(descriptor => descriptor.Number <= 2))
        {
            return null;
        }

        using var cgroup = FileDescriptor.Open(spec.CgroupDirectory);
        return Children.TryStartApart(spec.ToSpawn(descriptors), cgroup, status, StatusLine.OfBirth);
    }

    private static FileDescriptor OpenInput(AgentLaunch launch)
    {
        var path = launch.StandardInputFile ?? "/dev/null";
        try
        {
            return FileDescriptor.Open(path);
        }
        catch (Win32Exception e)
        {
            throw new AgentStartException(
                $"The agent's standard input {path} cannot be read: {e.Message}.", e);
        }
    }
}
