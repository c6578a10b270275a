namespace Coordinator.Timelines;

/// <summary>A part of a session's timeline.</summary>
/// <param name="NewestSequence">Of all events that the session had.</param>
internal sealed record EventPage(IReadOnlyList<Proto.SessionEvent> Events, long NewestSequence);

/// <summary>Where a text was found in a session's timeline.</summary>
/// <param name="Sequences">Of the events that have it.</param>
/// <param name="Searched">The last event that was looked at; a search goes on after it.</param>
/// <param name="HasMore">Whether an event after that has it, too.</param>
internal sealed record EventMatches(IReadOnlyList<long> Sequences, long Searched, bool HasMore);

/// <summary>Some events of a timeline for whoever follows it; none for a sign of life.</summary>
/// <param name="Sequence">Everything up to here was sent or left out.</param>
internal sealed record TimelineBatch(IReadOnlyList<Proto.SessionEvent> Events, long Sequence);
