using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Settles the claims of an earlier life of this runner before it connects, as the journal knows them: ends what is
/// alive of them, reports those that had been spawned and had not ended as ended by the restart, and tells again what
/// the coordinator had not committed. A claim that was never spawned is let go, and the coordinator, which is told the
/// journal's name and does not find the claim, queues it again; unless it was to be stopped: then that is its end.
/// </summary>
internal sealed partial class RunRecovery(
    IContainment containment,
    RunDirectories directories,
    RunTable table,
    RunJournal journal,
    RunnerClock clock,
    ILogger<RunRecovery> logger)
{
    /// <summary>
    /// The number of the report that ends a claim of an earlier life. How many reports had been sent before is not known
    /// any more, but it was fewer than this; a claim's numbers only have to grow.
    /// </summary>
    internal const long SequenceAfterRestart = 1L << 40;

    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<JournalEntry> entries = journal.Entries;
        IReadOnlyList<Survivor> survivors = await containment.EndSurvivorsAsync(
            [.. entries.Where(MayBeAlive).Select(Left)], onlyThese: false, cancellationToken);
        foreach (Survivor survivor in survivors)
            LogSurvivor(logger, survivor.RunId, survivor.ProcessesEnded, survivor.ProcessesLeft);

        foreach (JournalEntry tombstone in entries.Where(entry => entry.IsSettled).OrderBy(entry => entry.EndedAt))
            table.Bury(tombstone.End!, tombstone.EndedAt);
        foreach (JournalEntry entry in entries.Where(entry => !entry.IsSettled))
            Recover(entry, survivors.FirstOrDefault(one => one.RunId == entry.Key.RunId));
        directories.DeleteSpills();
        directories.Prune(table.Holds);
    }

    private void Recover(JournalEntry entry, Survivor? survivor)
    {
        if (entry.End is { } end)
            Recover(end.Clone());
        else if (entry.WasSpawned && survivor is { ProcessesLeft: > 0 })
            table.Recover(entry.Key, ended => Outlast(entry, survivor, ended));
        else if (entry.WasSpawned)
            Recover(EndedByRestart(entry.Key, survivor?.ProcessesEnded ?? 0, survivor?.Names ?? []));
        else if (entry.WasStopped)
            Recover(NewEnd(entry.Key, Proto.RunOutcome.NeverStarted));
        else
            journal.Settled(entry.Key);
    }

    private void Recover(Proto.RunEnded end)
    {
        if (end.Header.Sequence == 0)
            end.Header.Sequence = SequenceAfterRestart;
        table.Recover(end);
    }

    private SurvivingRun Outlast(JournalEntry entry, Survivor survivor, Action<Proto.RunEnded> ended)
    {
        SurvivingRun run = new(Left(entry), containment, clock, logger);
        _ = EndAsync();
        return run;

        async Task EndAsync()
        {
            int processesEnded = survivor.ProcessesEnded + await run.EndAsync();
            Proto.RunEnded end = EndedByRestart(entry.Key, processesEnded, survivor.Names);
            end.Header.Sequence = SequenceAfterRestart;
            ended(end);
        }
    }

    private Proto.RunEnded EndedByRestart(RunKey key, int processesEnded, IReadOnlyList<string> names)
    {
        Proto.RunEnded end = NewEnd(key, Proto.RunOutcome.RunnerRestarted);
        end.ProcessesEnded = processesEnded;
        end.EndedCommands.Add(EndedCommands.Of(names));
        end.Error = processesEnded > 0
            ? $"The runner restarted and ended the {processesEnded} processes that were left of this run. " +
                "Start or resume the session to go on."
            : "The runner restarted, and nothing was left of this run. Start or resume the session to go on.";
        return end;
    }

    private Proto.RunEnded NewEnd(RunKey key, Proto.RunOutcome outcome) => new()
    {
        Header = key.NewHeader(),
        Outcome = outcome,
        Time = clock.Mapping.Map(clock.Now),
        Clock = clock.Mapping.ToReading(),
    };

    private static bool MayBeAlive(JournalEntry entry) => entry is { WasSpawned: true, End: null };

    private static LeftRun Left(JournalEntry entry) => new(entry.Key.RunId, entry.Trace ?? ContainerTrace.None);

    [LoggerMessage(60, LogLevel.Warning,
        "Run {RunId} of an earlier life of this runner was still alive; {Ended} processes were ended, {Left} are left")]
    private static partial void LogSurvivor(ILogger logger, string runId, int ended, int left);
}
