using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Link;

/// <summary>
/// Every report that the coordinator has not committed yet. Each claim's reports are numbered from 1, sent in order,
/// and sent again in order on every new connection. Claims take turns; one with a start, a stop's progress or an end
/// to tell goes ahead of those that only have output. Output is bounded per claim, the rest is rare and small and
/// always finds room. Nothing here does any IO; thread-safe.
/// </summary>
internal sealed class ReportOutbox(TimeProvider time) : IReports
{
    /// <summary>
    /// How many bytes of unacknowledged events a claim may have. A run's end is told after its last output, so this is
    /// also what the news of a stop's success may have to wait for.
    /// </summary>
    internal const int MaxEventBytes = 1024 * 1024;

    // A monitor, because output threads wait on it.
    private readonly object _gate = new();
    private readonly Dictionary<RunKey, ClaimReports> _claims = [];
    private readonly Queue<ClaimReports> _urgent = new();
    private readonly Queue<ClaimReports> _ordinary = new();
    private Action? _wake;
    private Signal? _empty;

    /// <summary>
    /// A welcome arrived: everything that is kept is to be sent, and <paramref name="wake"/> called for more.
    /// </summary>
    public void Connected(Action wake)
    {
        lock (_gate)
        {
            _wake = wake;
            _urgent.Clear();
            _ordinary.Clear();
            foreach (ClaimReports claim in _claims.Values)
            {
                claim.Rewind();
                claim.Line = SendLine.None;
                Enqueue(claim);
            }
        }

        wake();
    }

    /// <summary>The connection is gone: nothing is sent, and nobody waits for room.</summary>
    public void Disconnected()
    {
        lock (_gate)
        {
            _wake = null;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The next report to send on this connection.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Proto.RunnerFrame? report)
    {
        lock (_gate)
        {
            report = null;
            while (_wake is not null && report is null && Dequeue() is { } claim)
            {
                report = claim.TakeNext();
                Enqueue(claim);
            }

            return report is not null;
        }
    }

    public void Post(Proto.RunnerFrame report)
    {
        lock (_gate)
            Add(report, HeaderOf(report), eventBytes: 0);
        _wake?.Invoke();
    }

    public long NextSequence(RunKey key)
    {
        lock (_gate)
            return ClaimOf(key).NextSequence;
    }

    public bool TryPostEvents(Proto.RunEvents events, TimeSpan patience)
    {
        int bytes = Math.Max(1, events.CalculateSize());
        lock (_gate)
        {
            if (!WaitForRoom(ClaimOf(RunKey.Of(events.Header)), bytes, patience))
                return false;
            Add(new Proto.RunnerFrame { RunEvents = events }, events.Header, bytes);
        }

        _wake?.Invoke();
        return true;
    }

    public void Hurry(RunKey key)
    {
        lock (_gate)
        {
            ClaimOf(key).IsHurried = true;
            Monitor.PulseAll(_gate);
        }
    }

    public bool Acknowledge(RunKey key, long sequence)
    {
        lock (_gate)
        {
            if (!_claims.TryGetValue(key, out ClaimReports? claim))
                return false;
            claim.Acknowledge(sequence);
            Monitor.PulseAll(_gate);
            bool isOver = claim.HasEnded && claim.IsEmpty;
            if (isOver)
                Remove(key);
            return isOver;
        }
    }

    public void Discard(string runId)
    {
        lock (_gate)
        {
            foreach (RunKey key in _claims.Keys.Where(key => key.RunId == runId).ToArray())
            {
                _claims[key].Discard();
                Remove(key);
            }

            Monitor.PulseAll(_gate);
        }
    }

    public void Mute(RunKey key)
    {
        lock (_gate)
        {
            ClaimOf(key).Discard();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Completes when every report was acknowledged.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_gate)
        {
            _empty ??= new Signal();
            CompleteIfEmpty();
            return _empty.Task;
        }
    }

    private bool WaitForRoom(ClaimReports claim, int bytes, TimeSpan patience)
    {
        if (claim.HasRoom(bytes) || claim.IsDiscarded)
            return true;
        if (patience <= TimeSpan.Zero)
            return false;

        long since = time.GetTimestamp();
        using ITimer alarm = time.CreateTimer(_ => Pulse(), null, patience, Timeout.InfiniteTimeSpan);
        while (!claim.HasRoom(bytes) && !claim.IsDiscarded)
        {
            if (_wake is null || claim.IsHurried || time.GetElapsedTime(since) >= patience)
                return false;
            Monitor.Wait(_gate);
        }

        return true;
    }

    private void Pulse()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private void Add(Proto.RunnerFrame frame, Proto.ReportHeader header, int eventBytes)
    {
        OversizedReport.Shorten(frame);
        RunKey key = RunKey.Of(header);
        ClaimReports claim = ClaimOf(key);
        if (!claim.IsDiscarded)
        {
            claim.Add(frame, header, eventBytes);
            Enqueue(claim);
        }
        else if (frame.FrameCase == Proto.RunnerFrame.FrameOneofCase.RunEnded)
        {
            Remove(key);
        }
    }

    private void Enqueue(ClaimReports claim)
    {
        // A claim that becomes urgent leaves a stale place in the ordinary line behind, which is passed over.
        SendLine wanted = claim.WantedLine;
        if (wanted <= claim.Line)
            return;
        claim.Line = wanted;
        (wanted == SendLine.Urgent ? _urgent : _ordinary).Enqueue(claim);
    }

    private ClaimReports? Dequeue()
    {
        ClaimReports? claim = Dequeue(_urgent, SendLine.Urgent) ?? Dequeue(_ordinary, SendLine.Ordinary);
        if (claim is not null)
            claim.Line = SendLine.None;
        return claim;
    }

    private static ClaimReports? Dequeue(Queue<ClaimReports> line, SendLine which)
    {
        while (line.TryDequeue(out ClaimReports? claim))
        {
            if (claim.Line == which)
                return claim;
        }

        return null;
    }

    private ClaimReports ClaimOf(RunKey key)
    {
        if (!_claims.TryGetValue(key, out ClaimReports? claim))
            _claims[key] = claim = new ClaimReports();
        return claim;
    }

    private void Remove(RunKey key)
    {
        _claims.Remove(key);
        CompleteIfEmpty();
    }

    private void CompleteIfEmpty()
    {
        if (_claims.Count == 0)
            _empty?.Set();
    }

    private static Proto.ReportHeader HeaderOf(Proto.RunnerFrame report) => report.FrameCase switch
    {
        Proto.RunnerFrame.FrameOneofCase.RunStarted => report.RunStarted.Header,
        Proto.RunnerFrame.FrameOneofCase.RunEvents => report.RunEvents.Header,
        Proto.RunnerFrame.FrameOneofCase.StopProgress => report.StopProgress.Header,
        Proto.RunnerFrame.FrameOneofCase.RunEnded => report.RunEnded.Header,
        _ => throw new ArgumentException($"{report.FrameCase} is no report."),
    };
}
