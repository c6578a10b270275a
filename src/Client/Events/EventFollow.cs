namespace Coordinator.Client.Events;

/// <summary>What is wanted of a session that is followed.</summary>
/// <param name="AfterSequence">Only events after this one.</param>
/// <param name="Tail">At most so many of the newest events to begin with; 0 means all.</param>
/// <param name="OmitOutput">Leave out lines of output.</param>
public readonly record struct EventFollow(long AfterSequence = 0, int Tail = 0, bool OmitOutput = false);
