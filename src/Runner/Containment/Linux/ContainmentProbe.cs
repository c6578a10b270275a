using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>Takes a run through its whole life before the first real one has to rely on it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ContainmentProbe(IContainment containment, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>The runner's own program, which is there for certain, doing nothing.</summary>
    public static AgentLaunch Holding(OwnProgram program) =>
        Launch(program.Program, [.. program.Arguments, ProcessMode.Hold], OwnProgram.StartEnvironment());

    /// <summary>A program that every user may run, doing nothing.</summary>
    public static AgentLaunch Sleeping() => Launch("/bin/sh", ["-c", "exec sleep 60"], ["PATH=/usr/local/bin:/usr/bin:/bin"]);

    /// <exception cref="ContainmentUnavailableException">A step did not do what it should.</exception>
    public async Task RunAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        try
        {
            await using IRunContainer container = await containment.StartAsync(launch, cancellationToken);
            if (container.Census().IsEmpty)
                throw new ContainmentUnavailableException($"a process that was started in a {containment.Kind} does not show there");

            if (container.Trace.UserId is { } user && (ProcFile.OwnerOf(container.ProcessId) != user || ProcessStat.TryRead(container.ProcessId) is null))
                throw new ContainmentUnavailableException("the runner does not see the processes of agent users; is /proc mounted with hidepid?");

            container.Kill();
            long started = time.GetTimestamp();
            while (!container.Census().IsEmpty || !(await container.ProveAsync()).IsEmpty)
            {
                if (time.GetElapsedTime(started) > Patience)
                    throw new ContainmentUnavailableException($"a process in a {containment.Kind} could not be killed");
                await Task.Delay(Pause, time, cancellationToken);
            }

            AgentExit exit = await container.Exited.WaitAsync(Patience, time, cancellationToken);
            if (exit.Signal != UnixSignal.Name(UnixSignal.Kill))
                throw new ContainmentUnavailableException($"a process in a {containment.Kind} ended in an unexpected way ({exit})");
        }
        catch (AgentStartException exception)
        {
            throw new ContainmentUnavailableException(
                $"no process could be started in a {containment.Kind}: {exception.Message.TrimEnd('.')}", exception);
        }
        catch (IOException exception)
        {
            throw new ContainmentUnavailableException(
                $"a process in a {containment.Kind} could not be looked at: {exception.Message.TrimEnd('.')}", exception);
        }
        catch (TimeoutException exception)
        {
            throw new ContainmentUnavailableException($"the end of a process in a {containment.Kind} was not noticed", exception);
        }
    }

    private static AgentLaunch Launch(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment) => new()
    {
        RunId = $"probe-{Environment.ProcessId}",
        Program = program,
        Arguments = arguments,
        Environment = environment.Select(variable => variable.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]),
        WorkingDirectory = "/",
        StandardInputFile = null,
        Output = new Nowhere(),
    };

    private sealed class Nowhere : IAgentOutput
    {
        public void Write(Proto.OutputStream stream, ReadOnlySpan<byte> bytes)
        {
        }
    }
}
