using System.ComponentModel;
using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>
/// The process between the runner and one agent. Whatever the agent orphans, however it goes about it, the kernel gives
/// to the nearest subreaper above: to this process. So everything beneath it is the run, and when it has no child left
/// the run is over. It collects those children, tells the runner about the agent, and if the runner dies it ends them.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class SupervisorProcess
{
    private const int CannotStart = 125;
    private const int Ignore = 1;               // SIG_IGN

    public static int Run()
    {
        foreach (var signal in (int[])[UnixSignal.HangUp, UnixSignal.Interrupt, UnixSignal.Terminate, UnixSignal.Pipe])
        {
            _ = Libc.Signal(signal, Ignore);
        }

        Descriptors.KeepFromChildren();
        using var status = new FileDescriptor(ProcessMode.StatusDescriptor);
        using var control = new FileDescriptor(ProcessMode.ControlDescriptor);
        var spec = LaunchSpec.FromFile(ProcessMode.SpecDescriptor);
        _ = Subreaper.TryBecome();
        if (TryStart(spec, status) is not { } agent)
        {
            return CannotStart;
        }

        LetGo();
        status.TryWrite(StatusLine.Started(agent));
        var told = control.Read(stackalloc byte[1]) > 0;
        new Thread(() => EndAllWhenRunnerIsGone(control, told)) { IsBackground = true }.Start();
        CollectUntilEmpty(agent, status);
        return 0;
    }

    private static int? TryStart(LaunchSpec spec, FileDescriptor status)
    {
        try
        {
            if (spec.User is not null)
                return TryStartAsUser(spec, status);
            return ProcessMode.TryChangeDirectory(spec.WorkingDirectory, status) ? Children.Start(spec.ToSpawn([]) with { WorkingDirectory = null }) : null;
        }
        catch (Win32Exception e)
        {
            status.TryWrite(StatusLine.Failed(StatusLine.ProgramStep, e.NativeErrorCode));
            return null;
        }
    }

    /// <summary>The agent says itself what fails on its way to its user; what it says is passed on.</summary>
    private static int? TryStartAsUser(LaunchSpec spec, FileDescriptor status)
    {
        List<FileDescriptor> streams = [.. Enumerable.Range(0, 3).Select(number => Descriptors.DuplicateAbove(number, lowest: 3))];
        (FileDescriptor told, FileDescriptor tell) = FileDescriptor.CreatePipe();
        try
        {
            int agent = Children.TryStartApart(spec.ToSpawn(streams), cgroup: null, tell, StatusLine.OfBirth) ?? StartByOwnProgram(spec, streams, tell);
            tell.Dispose();
            StatusLine last = ReadLast(told);
            if (last.Word == StatusLine.EnteringWord)
                return agent;
            status.TryWrite(last.ToLine());
            Children.Collect(agent, wait: true);
            return null;
        }
        finally
        {
            tell.Dispose();
            told.Dispose();
            streams.ForEach(stream => stream.Dispose());
        }
    }

    /// <summary>Where no code can be put together for the processor.</summary>
    private static int StartByOwnProgram(LaunchSpec spec, IReadOnlyList<FileDescriptor> streams, FileDescriptor tell)
    {
        OwnProgram program = OwnProgram.Current();
        using FileDescriptor file = spec.ToFile();
        return Children.Start(new Spawn
        {
            Program = program.Program,
            Arguments = program.CommandLine(ProcessMode.Enter, ""),
            Environment = OwnProgram.StartEnvironment(),
            Descriptors = [.. streams, file, tell],
        });
    }

    /// <summary>The last line before the end; one that says nothing if there is none.</summary>
    private static StatusLine ReadLast(FileDescriptor told)
    {
        StringBuilder text = new();
        Span<byte> buffer = stackalloc byte[256];
        for (int count; (count = told.Read(buffer)) > 0;)
            text.Append(Encoding.ASCII.GetString(buffer[..count]));
        return StatusLine.Parse(text.ToString().TrimEnd('\n').Split('\n')[^1]);
    }

    /// <summary>
    /// The streams and the directory are the agent's: a stream ends only when nobody holds it, and a directory that is
    /// held cannot be unmounted.
    /// </summary>
    private static void LetGo()
    {
        using var nothing = FileDescriptor.Open("/dev/null", write: true);
        for (var standard = 0; standard <= 2; standard++)
        {
            _ = Libc.Dup2(nothing.Number, standard);
        }

        _ = Libc.ChangeDirectory("/");
    }

    private static void CollectUntilEmpty(int agent, FileDescriptor status)
    {
        var agentEnded = false;
        while (Children.WaitForAny() is { } ended)
        {
            var exit = Children.Collect(ended, wait: false);
            if (exit is not null && ended == agent && !agentEnded)
            {
                agentEnded = true;
                status.TryWrite(StatusLine.Ended(exit));
            }
        }

        status.TryWrite(StatusLine.Empty());
    }

    /// <summary>Returns never: the process ends when the main thread finds it empty.</summary>
    private static void EndAllWhenRunnerIsGone(FileDescriptor control, bool runnerIsThere)
    {
        Span<byte> buffer = stackalloc byte[1];
        while (runnerIsThere && control.Read(buffer) > 0)
        {
        }

        var ledger = new ProcessLedger();
        var self = Environment.ProcessId;
        while (true)
        {
            try
            {
                SignalRounds.Kill(() => ProcessTable.Descendants(p => p.Id == self, includeRoots: false), ledger);
            }
            catch (IOException)
            {
                // Its processes may be what has taken all the room; some of them are gone at the next try.
            }

            // What was found is dying; this only waits for the main thread or for what is slow to die.
            unsafe
            {
                _ = Libc.Poll(null, 0, timeoutMilliseconds: 5);
            }
        }
    }
}
