using Coordinator.AgentRunner.Primitives;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Events that wait to be posted together, and the count of lines that had to be skipped before them. Not thread-safe.
/// </summary>
internal sealed class EventBatch
{
    internal const int MaxEvents = 500;
    internal const int MaxBytes = 256 * 1024;

    private readonly List<Proto.SessionEvent> _events = [];
    private LineCount _lines;
    private LineCount _skipped;
    private int _bytes;

    public bool IsEmpty => _events.Count == 0 && _skipped.IsEmpty;

    public bool IsFull => _events.Count >= MaxEvents || _bytes >= MaxBytes;

    /// <summary>The lines that it tells about, be it that they were skipped.</summary>
    public LineCount Lines => _lines + _skipped;

    /// <summary>Adds what one line of output became.</summary>
    public void Add(Proto.OutputStream stream, IReadOnlyList<Proto.SessionEvent> ofOneLine)
    {
        if (ofOneLine.Count == 0)
            return;
        _lines += LineCount.One(stream);
        foreach (Proto.SessionEvent one in ofOneLine)
        {
            _events.Add(one);
            _bytes += one.CalculateSize();
        }
    }

    /// <summary>The marks of what was skipped, then the events.</summary>
    public IEnumerable<Proto.SessionEvent> Content(Timestamp now)
    {
        foreach ((Proto.OutputStream stream, long count) in _skipped.ByStream())
        {
            Proto.OutputEvent mark = new() { Stream = stream, SkippedLines = count };
            yield return new Proto.SessionEvent { Time = now, Output = mark };
        }

        foreach (Proto.SessionEvent one in _events)
            yield return one;
    }

    /// <summary>Everything was posted.</summary>
    public void Clear()
    {
        _skipped = default;
        ClearEvents();
    }

    /// <summary>Nobody could take the events: their lines are counted instead.</summary>
    public void Skip()
    {
        _skipped += _lines;
        ClearEvents();
    }

    /// <summary>Lines that came before everything in the batch were skipped.</summary>
    public void Skip(LineCount before) => _skipped += before;

    private void ClearEvents()
    {
        _events.Clear();
        _lines = default;
        _bytes = 0;
    }
}
