using Coordinator.Errors;
using Grpc.Core;

namespace Coordinator.Runners;

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
    private readonly Dictionary<(string RunId, long Epoch), long> _acks = [];
    private readonly Dictionary<string, DateTimeOffset> _sentStops = [];
    private readonly WakeUp _wakeUp = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly TimeProvider _time;
    private readonly ITimer _writeTimeout;
    private long _lastHeard;
    private CoordinatorException? _unstored;

    public RunnerStream(RunnerProfile profile, TimeProvider time)
    {
        Profile = profile;
        _time = time;
        _writeTimeout = time.CreateTimer(_ => Close(StreamEnd.TooSlow(RunnerId)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Heard();
    }

    /// <summary>Replaced by the ledger alone.</summary>
    public RunnerProfile Profile { get; set; }

    public string RunnerId => Profile.RunnerId;

    /// <summary>Given by the coordinator with the welcome.</summary>
    public long Epoch { get; private set; }

    /// <summary>Runs are given to it only while it is neither draining nor about to end.</summary>
    public bool Draining { get; set; }

    /// <summary>How many runs its runner holds. Counted in the database when it connects, and kept up by the ledger with each commit.</summary>
    public int Held { get; set; }

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

    /// <summary>Makes the welcome the first frame, followed by the stops that are still to be carried out.</summary>
    public void Begin(long epoch, Proto.Welcome welcome, Reconciled reconciled)
    {
        (Epoch, Missing) = (epoch, reconciled.Missing);
        Enqueue(_stops, new Outgoing(new Proto.CoordinatorFrame { Welcome = welcome }, null));
        foreach (Proto.StopRun stop in reconciled.Stops)
            _ = SendStopAsync(stop);
    }

    /// <summary>Sends a stop ahead of everything that waits. Completes with whether it was written to the connection.</summary>
    public Task<bool> SendStopAsync(Proto.StopRun stop)
    {
        TaskCompletionSource<bool> written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(_stops, new Outgoing(new Proto.CoordinatorFrame { StopRun = stop }, written));
        return written.Task;
    }

    public void Send(Proto.CoordinatorFrame frame) => Enqueue(_ordinary, new Outgoing(frame, null));

    /// <summary>Acknowledges all reports up to a number; several for one run become one.</summary>
    public void Acknowledge(string runId, long epoch, long sequence)
    {
        lock (_lock)
            _acks[(runId, epoch)] = Math.Max(sequence, _acks.GetValueOrDefault((runId, epoch)));
        _wakeUp.Call();
    }

    /// <summary>
    /// Something that the runner reported could not be stored. From now on nothing it reports on this connection is taken
    /// in: a report that overtakes one before it would make that look like one that was seen. The first reason stands.
    /// </summary>
    public void HoldBack(Exception problem) =>
        Interlocked.CompareExchange(ref _unstored, problem as CoordinatorException ?? CoordinatorException.Unexpected(problem), null);

    /// <summary>When a stop command was written, if it was and has not been asked for before.</summary>
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
    /// <param name="writer">Where to.</param>
    /// <param name="ending">Nothing new is written any more.</param>
    /// <param name="cut">Not even the write in hand is waited for.</param>
    public async Task WriteAsync(IServerStreamWriter<Proto.CoordinatorFrame> writer, CancellationToken ending, CancellationToken cut)
    {
        while (true)
        {
            await _wakeUp.WaitAsync(ending);
            while (!ending.IsCancellationRequested && TryTake(out Outgoing next))
            {
                _writeTimeout.Change(WriteTimeout, Timeout.InfiniteTimeSpan);
                try
                {
                    await writer.WriteAsync(next.Frame, cut);
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
            foreach (var (key, sequence) in _acks)
            {
                _acks.Remove(key);
                next = new Outgoing(new Proto.CoordinatorFrame { ReportAck = new Proto.ReportAck { RunId = key.RunId, Epoch = key.Epoch, Sequence = sequence } }, null);
                return true;
            }

            return false;
        }
    }

    private void Written(Outgoing outgoing)
    {
        if (outgoing.Frame.StopRun is { } stop)
        {
            lock (_lock)
                _sentStops[stop.CommandId] = _time.GetUtcNow();
        }

        outgoing.Written?.TrySetResult(true);
    }

    private readonly record struct Outgoing(Proto.CoordinatorFrame Frame, TaskCompletionSource<bool>? Written);
}
