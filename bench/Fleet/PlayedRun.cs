namespace Coordinator.Bench.Fleet;

/// <summary>A run that a played runner was given.</summary>
internal sealed class PlayedRun(Proto.StartRun start)
{
    private long _sequence;
    private long _events;

    public string SessionId => start.SessionId;

    public string RunId => start.RunId;

    /// <summary>For its next report.</summary>
    public Proto.ReportHeader NextHeader() => new() { RunId = start.RunId, Epoch = start.Epoch, Sequence = ++_sequence };

    /// <summary>The number of the first of some events.</summary>
    public long Number(int events)
    {
        long first = _events + 1;
        _events += events;
        return first;
    }
}
