using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Journal;

/// <summary>One thing the runner must not forget. Immutable.</summary>
internal abstract record JournalRecord
{
    private JournalRecord()
    {
    }

    /// <summary>The first record of every journal.</summary>
    /// <param name="JournalId">Names the journal as long as it is known to be complete.</param>
    /// <param name="MachineBoot">The start of the machine that everything after it belongs to.</param>
    public sealed record Opened(string JournalId, string MachineBoot) : JournalRecord;

    /// <summary>A start was accepted; nothing was spawned yet.</summary>
    public sealed record Claimed(RunKey Key) : JournalRecord;

    /// <summary>From here on something of the run may be alive.</summary>
    public sealed record Spawning(RunKey Key) : JournalRecord;

    /// <summary>The agent lives, and this is how to find it again.</summary>
    public sealed record Spawned(RunKey Key, ContainerTrace Trace) : JournalRecord;

    /// <summary>The coordinator wants the claim stopped.</summary>
    public sealed record Stopped(RunKey Key) : JournalRecord;

    /// <summary>The report that ends the claim, as it is told and told again.</summary>
    /// <param name="End">Without a sequence as long as it waits for output that is told before it.</param>
    /// <param name="At">When, on the machine's clock: tombstones have an age over restarts too.</param>
    public sealed record Ended(Proto.RunEnded End, DateTimeOffset At) : JournalRecord;

    /// <summary>The coordinator has committed the end, or wants to hear nothing more.</summary>
    public sealed record Settled(RunKey Key) : JournalRecord;
}
