namespace Coordinator.Bench.Fleet;

/// <summary>A run that a played runner was given.</summary>
internal sealed class PlayedRun(Proto.StartRun start)
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;
    private long _events;

    public string SessionId => start.SessionId;

    public string RunId => start.RunId;

    /// <summary>Completes when the coordinator has its end on disk.</summary>
    public Task Settled => _settled.Task;

    /// <summary>For its next report.</summary>
    public Proto.ReportHeader NextHeader() => new() { RunId = start.RunId, Epoch = start.Epoch, Sequence = ++_sequence };

    /// <summary>The number of the first of some events.</summary>
    public long Number(int events)
    {
        long first = _events + 1;
        _events += events;
        return first;
    }

    /// <summary>The coordinator has everything up to a number.</summary>
    /// <returns>Whether that is everything there will be; to be asked once its end was reported.</returns>
    public bool IsSettledBy(long sequence)
    {
        if (sequence < _sequence)
            return false;
        _settled.TrySetResult();
        return true;
    }
}
