namespace Coordinator.AgentRunner.Journal;

/// <summary>What could be read of a journal.</summary>
/// <param name="Records">Every record up to the first that is not whole.</param>
/// <param name="Tail">What comes after them.</param>
internal sealed record JournalContent(IReadOnlyList<JournalRecord> Records, JournalTail Tail);
