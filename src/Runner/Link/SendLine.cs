namespace Coordinator.AgentRunner.Link;

/// <summary>Where a claim waits for its turn to send.</summary>
internal enum SendLine
{
    /// <summary>It has nothing to send.</summary>
    None,

    /// <summary>It has events to send.</summary>
    Ordinary,

    /// <summary>It has something to send that somebody waits for: a start, a stop's progress, an end.</summary>
    Urgent,
}
