using System.Threading.Channels;
using Coordinator.Client.Connection;
using Coordinator.Client.Events;
using Coordinator.Testing.Samples;
using Grpc.Core;

namespace Coordinator.Dashboard.Tests.Output;

/// <summary>A session of any length, whose answers can be held back or fail.</summary>
internal sealed class ScriptedEvents(long count = 0) : IEventSource
{
    private readonly Channel<Step> _stream = Channel.CreateUnbounded<Step>();

    public long Count { get; private set; } = count;

    public Func<long, Proto.SessionEvent> Make { get; set; } = sequence => SampleEvents.Line(sequence);

    /// <summary>Every list that was asked for.</summary>
    public List<(long After, int Count)> Lists { get; } = [];

    public List<EventFollow> Follows { get; } = [];

    /// <summary>If set, lists wait for it.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>If set, calls fail with it.</summary>
    public RpcException? Failure { get; set; }

    /// <summary>How many events an answer has at most.</summary>
    public int MaxPage { get; set; } = int.MaxValue;

    public int MaxHits { get; set; } = 10_000;

    public async Task<Proto.ListSessionEventsResponse> ListAsync(string sessionId, long afterSequence, int count, CancellationToken cancellationToken)
    {
        Lists.Add((afterSequence, count));
        if (Hold is { } hold)
            await hold.Task.WaitAsync(cancellationToken);
        if (Failure is { } failure)
            throw failure;
        long last = Math.Min(Count, afterSequence + Math.Min(count, MaxPage));
        return new() { NewestSequence = Count, Events = { Range(afterSequence + 1, last) } };
    }

    public Task<Proto.SearchSessionEventsResponse> SearchAsync(string sessionId, string text, long afterSequence, CancellationToken cancellationToken)
    {
        if (Failure is { } failure)
            throw failure;
        long[] hits = [.. Range(afterSequence + 1, Count).Where(e => e.Output.Text.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(e => e.Sequence).Take(MaxHits + 1)];
        bool more = hits.Length > MaxHits;
        return Task.FromResult(new Proto.SearchSessionEventsResponse
        {
            Sequences = { hits.Take(MaxHits) },
            More = more,
            SearchedSequence = more ? hits[MaxHits] - 1 : Count,
        });
    }

    public async Task FollowAsync(
        string sessionId, EventFollow follow, Func<Proto.WatchSessionEventsResponse, ValueTask> received, Action<ConnectionState> changed, CancellationToken cancellationToken)
    {
        Follows.Add(follow);
        await foreach (Step step in _stream.Reader.ReadAllAsync(cancellationToken))
        {
            if (step.Message is { } message)
                await received(message);
            else
                changed(step.Connection!);
        }
    }

    /// <summary>Events come and are sent by the stream.</summary>
    public void Write(int lines)
    {
        long first = Count + 1;
        Count += lines;
        Send(SampleEvents.Sent(Count, Range(Math.Max(first, Count - 499), Count)));
    }

    /// <summary>Events come, and the stream has not told yet.</summary>
    public void Grow(int lines) => Count += lines;

    public void Send(Proto.WatchSessionEventsResponse message) => _stream.Writer.TryWrite(new(message, null));

    public void Connection(ConnectionState state) => _stream.Writer.TryWrite(new(null, state));

    /// <summary>The stream ends for good.</summary>
    public void End(StatusCode code) => _stream.Writer.TryComplete(new RpcException(new Status(code, "")));

    private IEnumerable<Proto.SessionEvent> Range(long first, long last)
    {
        for (long sequence = first; sequence <= last; sequence++)
            yield return Make(sequence);
    }

    private sealed record Step(Proto.WatchSessionEventsResponse? Message, ConnectionState? Connection);
}
