namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Events that wait to be posted together, and the count of lines that had to be skipped before them. Not thread-safe.
/// </summary>
internal sealed class EventBatch
{
    internal const int MaxEvents = 500;
    internal const int MaxBytes = 256 * 1024;

    private static readonly Proto.OutputStream[] Streams = [Proto.OutputStream.Stdout, Proto.OutputStream.Stderr];

    private readonly List<Proto.SessionEvent> _events = [];
    private readonly long[] _lines = new long[Streams.Length];
    private readonly long[] _skipped = new long[Streams.Length];
    private int _bytes;

    public bool IsEmpty => _events.Count == 0 && !HasSkipped;

    public bool HasSkipped => _skipped[0] + _skipped[1] > 0;

    public bool IsFull => _events.Count >= MaxEvents || _bytes >= MaxBytes;

    /// <summary>Adds what one line of output became.</summary>
    public void Add(Proto.OutputStream stream, IReadOnlyList<Proto.SessionEvent> ofOneLine)
    {
        if (ofOneLine.Count == 0)
            return;
        _lines[Of(stream)]++;
        foreach (Proto.SessionEvent one in ofOneLine)
        {
            _events.Add(one);
            _bytes += one.CalculateSize();
        }
    }

    /// <summary>The marks of what was skipped, then the events.</summary>
    public IEnumerable<Proto.SessionEvent> Content(Google.Protobuf.WellKnownTypes.Timestamp now)
    {
        foreach (Proto.OutputStream stream in Streams)
        {
            if (_skipped[Of(stream)] is > 0 and long skipped)
            {
                Proto.OutputEvent mark = new() { Stream = stream, SkippedLines = skipped };
                yield return new Proto.SessionEvent { Time = now, Output = mark };
            }
        }

        foreach (Proto.SessionEvent one in _events)
            yield return one;
    }

    /// <summary>Everything was posted.</summary>
    public void Clear()
    {
        Array.Clear(_skipped);
        ClearEvents();
    }

    /// <summary>Nobody could take the events: their lines are counted instead.</summary>
    public void Skip()
    {
        for (int stream = 0; stream < _lines.Length; stream++)
            _skipped[stream] += _lines[stream];
        ClearEvents();
    }

    private void ClearEvents()
    {
        _events.Clear();
        Array.Clear(_lines);
        _bytes = 0;
    }

    private static int Of(Proto.OutputStream stream) => stream == Proto.OutputStream.Stderr ? 1 : 0;
}
