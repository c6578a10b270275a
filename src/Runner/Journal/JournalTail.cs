namespace Coordinator.AgentRunner.Journal;

/// <summary>How a journal ends.</summary>
internal enum JournalTail
{
    /// <summary>With its last record.</summary>
    Whole,

    /// <summary>
    /// With the beginning of a record, as a write leaves it that was cut. Whoever wrote it never went on to do what it
    /// says, so nothing is missing.
    /// </summary>
    Cut,

    /// <summary>With something else. Records that were acted upon may be missing.</summary>
    Damaged,
}
