using Coordinator.Errors;

namespace Coordinator.Sessions;

/// <summary>Reads parts of a session's timeline for callers, and finds texts in it.</summary>
internal sealed class EventQueries(EventReader events)
{
    /// <summary>A page ends before the event that would exceed this, well below a message's limit of 4 MiB; it has one event at least.</summary>
    private const int MaxPageBytes = 1024 * 1024;

    /// <param name="request">Checked.</param>
    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<Proto.ListSessionEventsResponse> ListAsync(Proto.ListSessionEventsRequest request, int pageSize, CancellationToken cancellationToken)
    {
        long newest = await NewestAsync(request.SessionId, cancellationToken);
        Proto.ListSessionEventsResponse page = new() { NewestSequence = newest };
        int bytes = 0;
        await foreach (EventChunk chunk in events.ReadAsync(request.SessionId, request.AfterSequence, newest, cancellationToken))
        {
            foreach (StoredEvent item in chunk.EventsAfter(request.AfterSequence))
            {
                bytes += item.Size;
                if (page.Events.Count == pageSize || (page.Events.Count > 0 && bytes > MaxPageBytes))
                    return page;
                page.Events.Add(item.Read());
            }
        }

        return page;
    }

    /// <param name="request">Checked.</param>
    /// <exception cref="CoordinatorException">There is no such session.</exception>
    public async Task<Proto.SearchSessionEventsResponse> SearchAsync(Proto.SearchSessionEventsRequest request, int maxResults, CancellationToken cancellationToken)
    {
        long newest = await NewestAsync(request.SessionId, cancellationToken);
        SearchText text = new(request.Text);
        Proto.SearchSessionEventsResponse found = new() { SearchedSequence = request.AfterSequence };
        await foreach (EventChunk chunk in events.ReadAsync(request.SessionId, request.AfterSequence, newest, cancellationToken))
        {
            found.SearchedSequence = chunk.LastSequence;
            // Texts are stored as they are, so where the whole has it nowhere no event has it.
            if (!text.IsIn(chunk.Payload))
                continue;
            foreach (StoredEvent item in chunk.EventsAfter(request.AfterSequence))
            {
                if (!text.IsIn(item))
                    continue;
                if (found.Sequences.Count == maxResults)
                {
                    found.More = true;
                    // Not the event itself: who goes on from here must find it.
                    found.SearchedSequence = item.Sequence - 1;
                    return found;
                }

                found.Sequences.Add(item.Sequence);
            }
        }

        return found;
    }

    private async Task<long> NewestAsync(string sessionId, CancellationToken cancellationToken) =>
        await events.FindNewestAsync(sessionId, cancellationToken) ?? throw CoordinatorException.SessionNotFound(sessionId);
}
