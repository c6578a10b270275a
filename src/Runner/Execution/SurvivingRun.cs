using System.ComponentModel;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>A run of an earlier life of the runner that cannot be ended at once: it is tried for as long as it takes.</summary>
internal sealed partial class SurvivingRun(LeftRun run, IContainment containment, RunnerClock clock, ILogger logger) : IRunControl
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
            try
            {
                IReadOnlyList<Survivor> found =
                    await containment.EndSurvivorsAsync([run], onlyThese: true, CancellationToken.None);
                ended += found.Sum(one => one.ProcessesEnded);
                if (found.All(one => one.ProcessesLeft == 0))
                    return ended;
            }
            catch (Exception failure) when (failure is IOException or Win32Exception or UnauthorizedAccessException)
            {
                // What could not be looked at may be alive.
                LogLookFailed(logger, run.RunId, failure);
            }
        }
    }

    [LoggerMessage(61, LogLevel.Warning,
        "What is left of run {RunId} of an earlier life of this runner could not be ended or looked at; it is tried again")]
    private static partial void LogLookFailed(ILogger logger, string runId, Exception failure);
}
