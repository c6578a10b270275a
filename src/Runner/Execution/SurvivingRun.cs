using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Execution;

/// <summary>A run of an earlier life of the runner that cannot be ended at once: it is tried for as long as it takes.</summary>
internal sealed class SurvivingRun(LeftRun run, IContainment containment, RunnerClock clock) : IRunControl
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public Proto.HeldRunState State => Proto.HeldRunState.Stopping;

    public void Stop(StopOrder order)
    {
        // Its processes get SIGKILL already, and nothing is sharper.
    }

    /// <summary>Returns when nothing of it is left, how many processes were ended.</summary>
    public async Task<int> EndAsync()
    {
        for (int ended = 0; ;)
        {
            await clock.DelayAsync(Pause, CancellationToken.None);
            IReadOnlyList<Survivor> found =
                await containment.EndSurvivorsAsync([run], onlyThese: true, CancellationToken.None);
            ended += found.Sum(one => one.ProcessesEnded);
            if (found.All(one => one.ProcessesLeft == 0))
                return ended;
        }
    }
}
