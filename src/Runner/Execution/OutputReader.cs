using Coordinator.AgentRunner.Executors;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Execution;

/// <summary>Makes events of the bytes of one output stream. Not thread-safe.</summary>
internal sealed class OutputReader(Proto.OutputStream stream, IOutputParser parser)
{
    private readonly LineSplitter _lines = new(parser.MaxLineBytes);
    private readonly List<Proto.SessionEvent> _events = [];
    private bool _beginningWasShown;

    public IOutputParser Parser => parser;

    /// <summary>Whether an unfinished line is there that makes sense to a person as it is.</summary>
    public bool HasPrompt => parser.ShowsPartialLines && _lines.HasPartial;

    /// <summary>Reads one line; false when the bytes hold no further line end.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, Timestamp time, EventBatch batch)
    {
        if (!_lines.TryTake(ref bytes, out ReadOnlySpan<byte> line, out long truncated))
            return false;
        bool isOnlyTheEnd = _beginningWasShown && line.IsEmpty && truncated == 0;
        _beginningWasShown = false;
        if (!isOnlyTheEnd)
            Parse(line, truncated, time, batch);
        return true;
    }

    public void ReadPrompt(Timestamp time, EventBatch batch)
    {
        if (!HasPrompt)
            return;
        ReadPartial(time, batch);
        _beginningWasShown = true;
    }

    /// <summary>Reads an unfinished line as if it had ended.</summary>
    public void ReadPartial(Timestamp time, EventBatch batch)
    {
        if (!_lines.HasPartial)
            return;
        _lines.TakePartial(out ReadOnlySpan<byte> line, out long truncated);
        Parse(line, truncated, time, batch);
    }

    private void Parse(ReadOnlySpan<byte> line, long truncated, Timestamp time, EventBatch batch)
    {
        parser.Parse(line, truncated, _events);
        foreach (Proto.SessionEvent one in _events)
            one.Time = time;
        batch.Add(stream, _events);
        _events.Clear();
    }
}
