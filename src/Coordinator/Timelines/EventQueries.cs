using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;

namespace Coordinator.Timelines;

/// <summary>Reads parts of a session's timeline for callers, and finds texts in it.</summary>
internal sealed class EventQueries(EventReader events)
{
    /// <summary>A page ends before the event that would exceed this, well below a message's limit of 4 MiB; it has one event at least.</summary>
    private const int MaxPageBytes = 1024 * 1024;

    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<EventPage> ListAsync(Caller caller, string sessionId, long afterSequence, int pageSize, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        long newest = await NewestAsync(sessionId, cancellationToken);
        List<Proto.SessionEvent> page = [];
        int bytes = 0;
        await foreach (EventChunk chunk in events.ReadAsync(sessionId, afterSequence, newest, cancellationToken))
        {
            foreach (StoredEvent item in chunk.EventsAfter(afterSequence))
            {
                bytes += item.Size;
                if (page.Count == pageSize || (page.Count > 0 && bytes > MaxPageBytes))
                    return new EventPage(page, newest);
                page.Add(item.Read());
            }
        }

        return new EventPage(page, newest);
    }

    /// <param name="wanted">The text; not empty.</param>
    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<EventMatches> SearchAsync(
        Caller caller, string sessionId, string wanted, long afterSequence, int maxResults, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        long newest = await NewestAsync(sessionId, cancellationToken);
        SearchText text = new(wanted);
        List<long> found = [];
        long searched = afterSequence;
        await foreach (EventChunk chunk in events.ReadAsync(sessionId, afterSequence, newest, cancellationToken))
        {
            searched = chunk.LastSequence;
            // Texts are stored as they are, so where the whole has it nowhere no event has it.
            if (!text.IsIn(chunk.Payload))
                continue;
            foreach (StoredEvent item in chunk.EventsAfter(afterSequence))
            {
                if (!text.IsIn(item))
                    continue;
                // Not the event itself: who goes on from here must find it.
                if (found.Count == maxResults)
                    return new EventMatches(found, item.Sequence - 1, HasMore: true);
                found.Add(item.Sequence);
            }
        }

        return new EventMatches(found, searched, HasMore: false);
    }

    /// <summary>All that the session's timeline has now, in order, as it is stored.</summary>
    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<IAsyncEnumerable<EventChunk>> ReadAllAsync(Caller caller, string sessionId, CancellationToken cancellationToken)
    {
        Guard.Reads(caller);
        return events.ReadAsync(sessionId, 0, await NewestAsync(sessionId, cancellationToken), cancellationToken);
    }

    private async Task<long> NewestAsync(string sessionId, CancellationToken cancellationToken) =>
        await events.FindNewestAsync(sessionId, cancellationToken) ?? throw CoordinatorException.SessionNotFound(sessionId);
}
