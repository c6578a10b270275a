using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Primitives;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Makes events of the bytes of one output stream. A line that does not end is shown in pieces, of which there are few:
/// of a progress bar somebody who watches sees the newest state now and then. Not thread-safe.
/// </summary>
internal sealed class OutputReader(Proto.OutputStream stream, IOutputParser parser)
{
    /// <summary>After this silence an unfinished line, such as a prompt, is shown as it is.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    /// <summary>A line that is overwritten all the time is shown without a silence.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>The time between two pieces of a line doubles up to this.</summary>
    internal static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(10);

    private readonly LineSplitter _lines = new(parser.MaxLineBytes, parser.ShowsPartialLines);
    private readonly List<Proto.SessionEvent> _events = [];
    private bool _beginningWasShown;
    private DateTimeOffset _lastWrite;
    private DateTimeOffset? _waitsSince;
    private DateTimeOffset _nextPiece;
    private TimeSpan _interval = Silence;

    public IOutputParser Parser => parser;

    /// <summary>When to show an unfinished line that makes sense to a person as it is; the end of time if there is none.</summary>
    public DateTimeOffset PieceDue
    {
        get
        {
            if (!parser.ShowsPartialLines || !_lines.HasPiece)
                return DateTimeOffset.MaxValue;
            DateTimeOffset due = _lastWrite + Silence;
            if (_lines.IsOverwritten && _waitsSince is { } since && since + LongestWait < due)
                due = since + LongestWait;
            return due > _nextPiece ? due : _nextPiece;
        }
    }

    /// <summary>Reads one line; false when the bytes hold no further line end.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, DateTimeOffset now, Timestamp time, EventBatch batch)
    {
        _lastWrite = now;
        if (!_lines.TryTake(ref bytes, out OutputLine line))
        {
            if (_lines.HasPiece)
                _waitsSince ??= now;
            return false;
        }

        bool isOnlyTheEnd = _beginningWasShown && line.IsEmpty;
        _beginningWasShown = false;
        _waitsSince = null;
        _nextPiece = default;
        _interval = Silence;
        if (!isOnlyTheEnd)
            Parse(line, time, batch);
        return true;
    }

    /// <summary>Reads what has come of a line, if it is time.</summary>
    public void ReadPiece(DateTimeOffset now, ClockMapping mapping, EventBatch batch)
    {
        if (PieceDue > now)
            return;
        Parse(_lines.TakePiece(), mapping.Map(_lastWrite), batch);
        _beginningWasShown = true;
        _waitsSince = null;
        _nextPiece = now + _interval;
        _interval = _interval * 2 < LongestInterval ? _interval * 2 : LongestInterval;
    }

    /// <summary>Reads an unfinished line as if it had ended.</summary>
    public void ReadRest(Timestamp time, EventBatch batch)
    {
        if (_lines.HasRest)
            Parse(_lines.TakeRest(), time, batch);
    }

    private void Parse(OutputLine line, Timestamp time, EventBatch batch)
    {
        parser.Parse(line.Text, line.TruncatedBytes, _events);
        foreach (Proto.SessionEvent one in _events)
        {
            one.Time = time;
            if (one.Output is { } output)
                output.OverwrittenBytes += line.OverwrittenBytes;
        }

        batch.Add(stream, _events);
        _events.Clear();
    }
}
