namespace Coordinator.Timelines;

/// <summary>What is to be read of a session's timeline.</summary>
/// <param name="AfterSequence">Events up to here are left out.</param>
/// <param name="Tail">Only so many of the newest events; 0 for all.</param>
/// <param name="Follow">Whether to go on with what comes.</param>
internal sealed record TimelineRequest(string SessionId, long AfterSequence, long Tail, bool OmitOutput, bool Follow);
