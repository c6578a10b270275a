using System.ComponentModel;
using System.Runtime.Versioning;
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
    private const int SetChildSubreaper = 36;   // PR_SET_CHILD_SUBREAPER
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
        _ = Libc.Prctl(SetChildSubreaper, 1, 0, 0, 0);
        if (!ProcessMode.TryChangeDirectory(spec.WorkingDirectory, status) || TryStart(spec, status) is not { } agent)
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
            return Children.Start(new()
            {
                Program = spec.Program,
                Arguments = spec.Arguments,
                Environment = spec.Environment,
            });
        }
        catch (Win32Exception e)
        {
            status.TryWrite(StatusLine.Failed(StatusLine.ProgramStep, e.NativeErrorCode));
            return null;
        }
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
            SignalRounds.Kill(() => ProcessTable.Descendants(p => p.Id == self, includeRoots: false), ledger);

            // What was found is dying; this only waits for the main thread or for what is slow to die.
            unsafe
            {
                _ = Libc.Poll(null, 0, timeoutMilliseconds: 5);
            }
        }
    }
}
