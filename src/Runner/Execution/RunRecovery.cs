using Coordinator.AgentRunner.Containment;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Settles the runs of an earlier life of this runner before it connects: ends what is alive of them, reports those
/// that had not ended as failed by the restart, and reports again what the coordinator had not committed.
/// </summary>
internal sealed partial class RunRecovery(
    IContainment containment,
    RunDirectories directories,
    RunTable table,
    RunnerClock clock,
    ILogger<RunRecovery> logger)
{
    /// <summary>
    /// The number of the report that ends a run of an earlier life. How many reports had been sent before is not known
    /// any more, but it was fewer than this; a claim's numbers only have to grow.
    /// </summary>
    internal const long SequenceAfterRestart = 1L << 40;

    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Survivor> survivors = await containment.EndSurvivorsAsync(cancellationToken);
        foreach (Survivor survivor in survivors)
            LogSurvivor(logger, survivor.RunId, survivor.ProcessesEnded);

        Dictionary<string, int> ended = survivors
            .GroupBy(one => one.RunId)
            .ToDictionary(run => run.Key, run => run.Sum(one => one.ProcessesEnded));
        foreach (RunDirectory directory in directories.All())
        {
            if (!directory.IsAcknowledged)
                Recover(directory, ended.GetValueOrDefault(directory.RunId));
        }

        directories.Prune();
    }

    private void Recover(RunDirectory directory, int processesEnded)
    {
        Proto.RunEnded? end = directory.ReadEnd();
        if (end is null && directory.ReadManifest() is { } manifest)
        {
            end = EndedByRestart(manifest, processesEnded);
            directory.WriteEnd(end);
        }

        if (end is null)
            directory.MarkAcknowledged();
        else
            table.Recover(end, new RecoveredRun(directory));
    }

    private Proto.RunEnded EndedByRestart(RunManifest manifest, int processesEnded) => new()
    {
        Header = new Proto.ReportHeader
        {
            RunId = manifest.RunId,
            Epoch = manifest.Epoch,
            Sequence = SequenceAfterRestart,
        },
        Outcome = Proto.RunOutcome.RunnerRestarted,
        Time = clock.Mapping.Map(clock.Now),
        Clock = clock.Mapping.ToReading(),
        ProcessesEnded = processesEnded,
        Error = processesEnded > 0
            ? $"The runner restarted and ended the {processesEnded} processes that were left of this run. " +
                "Start or resume the session to go on."
            : "The runner restarted, and nothing was left of this run. Start or resume the session to go on.",
    };

    [LoggerMessage(60, LogLevel.Warning,
        "Run {RunId} of an earlier life of this runner was still alive; {Processes} processes were ended")]
    private static partial void LogSurvivor(ILogger logger, string runId, int processes);
}
