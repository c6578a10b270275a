using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Supervision;

namespace Coordinator.AgentRunner.Containment.Cgroups;

/// <summary>Takes a run through its whole life before the first real one has to rely on it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class CgroupProbe(CgroupContainment containment, OwnProgram program, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <exception cref="ContainmentUnavailableException">A step did not do what it should.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var container = await containment.StartAsync(Launch(), cancellationToken);
            if (container.Census().IsEmpty)
            {
                throw new ContainmentUnavailableException("a process that was put in a cgroup does not show there");
            }

            container.Kill();
            var started = time.GetTimestamp();
            while (!container.Census().IsEmpty)
            {
                if (time.GetElapsedTime(started) > Patience)
                {
                    throw new ContainmentUnavailableException("cgroup.kill did not end a process");
                }

                await Task.Delay(Pause, time, cancellationToken);
            }

            var exit = await container.Exited.WaitAsync(Patience, time, cancellationToken);
            if (exit.Signal != UnixSignal.Name(UnixSignal.Kill))
            {
                throw new ContainmentUnavailableException("cgroup.kill ended a process in an unexpected way");
            }
        }
        catch (AgentStartException e)
        {
            throw new ContainmentUnavailableException($"no process could be put in a cgroup: {e.Message}", e);
        }
        catch (TimeoutException e)
        {
            throw new ContainmentUnavailableException("the end of a process in a cgroup was not noticed", e);
        }
    }

    private AgentLaunch Launch() => new()
    {
        RunId = $"probe-{Environment.ProcessId}",
        Program = program.Program,
        Arguments = [.. program.Arguments, ProcessMode.Hold],
        Environment = OwnProgram.StartEnvironment().Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]),
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
