using Coordinator.Model;

namespace Coordinator.Connections;

/// <summary>
/// One connection of a runner: what is to be written to it, and when it was last heard of. Stops go ahead of everything
/// else. One loop writes; a write that takes too long means that the connection is dead.
/// </summary>
internal sealed class RunnerStream : IDisposable
{
    /// <summary>A peer that takes nothing for so long is not coming back on this connection.</summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    /// <summary>More than this waiting means that the runner does not read; it reconnects and is told anew what matters.</summary>
    private const int MaxWaiting = 20_000;

    private readonly Lock _lock = new();
    private readonly Queue<Outgoing> _stops = [];
    private readonly Queue<Outgoing> _ordinary = [];
    private readonly Dictionary<RunClaim, long> _acks = [];
    private readonly Dictionary<string, DateTimeOffset> _sentStops = [];
    private readonly WakeUp _wakeUp = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly TimeProvider _time;
    private readonly ITimer _writeTimeout;
    private long _lastHeard;
    private CoordinatorException? _unstored;
    private bool _isLeaving;

    /// <param name="profile">What the runner said of itself.</param>
    /// <param name="connectionId">Tells it from all other connections that ever arrived at this process.</param>
    public RunnerStream(RunnerProfile profile, long connectionId, TimeProvider time)
    {
        Profile = profile;
        ConnectionId = connectionId;
        _time = time;
        _writeTimeout = time.CreateTimer(_ => Close(StreamEnd.TooSlow(RunnerId)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Heard();
    }

    /// <summary>What the runner said of itself when it connected.</summary>
    public RunnerProfile Profile { get; }

    public string RunnerId => Profile.RunnerId;

    public long ConnectionId { get; }

    /// <summary>Given by the commit that registered it; 0 before.</summary>
    public long Epoch { get; private set; }

    /// <summary>The runs that the runner was given and does not hold, as its hello says.</summary>
    public IReadOnlyList<RunClaim> Missing { get; private set; } = [];

    /// <summary>Why something of this connection could not be stored; null if everything was.</summary>
    public CoordinatorException? Unstored => Volatile.Read(ref _unstored);

    public StreamEnd? End { get; private set; }

    /// <summary>Cancelled when the connection is to end.</summary>
    public CancellationToken Closed => _closed.Token;

    public DateTimeOffset LastHeard => _time.GetUtcNow() - Silence;

    public TimeSpan Silence => _time.GetElapsedTime(Interlocked.Read(ref _lastHeard));

    public void Heard() => Interlocked.Exchange(ref _lastHeard, _time.GetTimestamp());

    /// <summary>It is registered: makes the welcome the first message, followed by the stops that are still to be carried out.</summary>
    public void Open(RunnerMessage.Welcome welcome, Reconciled reconciled)
    {
        (Epoch, Missing) = (welcome.Epoch, reconciled.Missing);
        Enqueue(_stops, new Outgoing(welcome, null));
        foreach (RunnerCommand.StopRun stop in reconciled.Stops)
            _ = SendStopAsync(stop);
    }

    /// <summary>Sends a stop ahead of everything that waits. Completes with whether it was written to the connection.</summary>
    public Task<bool> SendStopAsync(RunnerCommand.StopRun stop)
    {
        TaskCompletionSource<bool> written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(_stops, new Outgoing(stop, written));
        return written.Task;
    }

    public void Send(RunnerMessage message) => Enqueue(_ordinary, new Outgoing(message, null));

    /// <summary>Acknowledges all reports up to a number; several for one run become one.</summary>
    public void Acknowledge(RunClaim claim, long sequence)
    {
        lock (_lock)
            _acks[claim] = Math.Max(sequence, _acks.GetValueOrDefault(claim));
        _wakeUp.Call();
    }

    /// <summary>
    /// Something that the runner reported could not be stored. From now on nothing it reports on this connection is taken
    /// in: a report that overtakes one before it would make that look like one that was seen. The first reason stands.
    /// </summary>
    public void HoldBack(Exception cause) =>
        Interlocked.CompareExchange(ref _unstored, cause as CoordinatorException ?? CoordinatorException.Unexpected(cause), null);

    /// <summary>Whether the runner has said that it is about to end.</summary>
    public bool IsLeaving => Volatile.Read(ref _isLeaving);

    /// <summary>The runner is about to end. True the first time that it says so.</summary>
    public bool TryLeave() => !Interlocked.Exchange(ref _isLeaving, true);

    /// <summary>When a stop was written, if it was and has not been asked for before.</summary>
    public DateTimeOffset? TakeSentTime(string commandId)
    {
        lock (_lock)
            return _sentStops.Remove(commandId, out DateTimeOffset sent) ? sent : null;
    }

    /// <summary>Ends the connection. The first reason stands.</summary>
    public void Close(StreamEnd end)
    {
        lock (_lock)
        {
            if (End is not null)
                return;
            End = end;
            foreach (Outgoing outgoing in _stops)
                outgoing.Written?.TrySetResult(false);
            _stops.Clear();
            _ordinary.Clear();
        }

        _closed.Cancel();
    }

    /// <summary>Writes until the connection ends.</summary>
    /// <param name="write">Writes one message to the connection.</param>
    /// <param name="ending">Nothing new is written any more.</param>
    /// <param name="cut">Not even the write in hand is waited for.</param>
    public async Task WriteAsync(Func<RunnerMessage, CancellationToken, Task> write, CancellationToken ending, CancellationToken cut)
    {
        while (true)
        {
            await _wakeUp.WaitAsync(ending);
            while (!ending.IsCancellationRequested && TryTake(out Outgoing next))
            {
                _writeTimeout.Change(WriteTimeout, Timeout.InfiniteTimeSpan);
                try
                {
                    await write(next.Message, cut);
                    Written(next);
                }
                finally
                {
                    _writeTimeout.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    next.Written?.TrySetResult(false);
                }
            }
        }
    }

    public void Dispose()
    {
        _writeTimeout.Dispose();
        _closed.Dispose();
    }

    private void Enqueue(Queue<Outgoing> lane, Outgoing outgoing)
    {
        bool full;
        lock (_lock)
        {
            if (End is not null)
            {
                outgoing.Written?.TrySetResult(false);
                return;
            }

            lane.Enqueue(outgoing);
            full = lane.Count > MaxWaiting;
        }

        if (full)
            Close(StreamEnd.TooSlow(RunnerId));
        else
            _wakeUp.Call();
    }

    private bool TryTake(out Outgoing next)
    {
        lock (_lock)
        {
            if (_stops.TryDequeue(out next) || _ordinary.TryDequeue(out next))
                return true;
            foreach (var (claim, sequence) in _acks)
            {
                _acks.Remove(claim);
                next = new Outgoing(new RunnerMessage.Acknowledge(claim, sequence), null);
                return true;
            }

            return false;
        }
    }

    private void Written(Outgoing outgoing)
    {
        if (outgoing.Message is RunnerCommand.StopRun stop)
        {
            lock (_lock)
                _sentStops[stop.CommandId] = _time.GetUtcNow();
        }

        outgoing.Written?.TrySetResult(true);
    }

    private readonly record struct Outgoing(RunnerMessage Message, TaskCompletionSource<bool>? Written);
}
