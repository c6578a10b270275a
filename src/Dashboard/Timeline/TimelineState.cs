using System.Collections.Immutable;
using Coordinator.Client.Events;

namespace Coordinator.Dashboard.Timeline;

/// <summary>
/// A session's events without its lines of output, by run. Changes only by applying messages. Sequences have no gaps, so
/// what is missing between two events is the number of lines that were left out. Bounded: of a session that goes on for
/// ever the oldest entries are forgotten, and their number is kept.
/// </summary>
public sealed record TimelineState
{
    private const long DefaultCapacity = 24 * 1024 * 1024;

    private readonly long _capacity;

    private TimelineState(long capacity) => _capacity = capacity;

    public static TimelineState Empty { get; } = WithCapacity(DefaultCapacity);

    public ImmutableList<TimelineRun> Runs { get; private init; } = [];

    /// <summary>Everything up to here is in the state or was left out.</summary>
    public long Sequence { get; private init; }

    /// <summary>Whether anything was heard at all.</summary>
    public bool IsKnown { get; private init; }

    /// <summary>How many entries were forgotten at the beginning.</summary>
    public long Forgotten { get; private init; }

    public int Count { get; private init; }

    private long Size { get; init; }

    /// <summary>Calls of tools that have had no answer, by the agent's id, with the sequence of the call.</summary>
    private ImmutableDictionary<(string RunId, string CallId), long> Open { get; init; } = ImmutableDictionary<(string, string), long>.Empty;

    /// <param name="characters">About how much to keep.</param>
    public static TimelineState WithCapacity(long characters) => new(characters);

    public TimelineState Apply(Proto.WatchSessionEventsResponse message)
    {
        TimelineState next = this with { IsKnown = true };
        foreach (Proto.SessionEvent entry in message.Events)
            next = next.Apply(entry);
        return next.LinesUpTo(message.Position()).Bounded();
    }

    /// <summary>The newest entries of each run that has any of them.</summary>
    /// <param name="count">How many.</param>
    public IReadOnlyList<TimelineRun> Newest(int count)
    {
        List<TimelineRun> runs = [];
        for (int i = Runs.Count - 1; i >= 0 && count > 0; i--)
        {
            TimelineRun run = Runs[i];
            runs.Add(run.Entries.Count <= count ? run : run with { Entries = run.Entries.GetRange(run.Entries.Count - count, count) });
            count -= run.Entries.Count;
        }

        runs.Reverse();
        return runs;
    }

    private TimelineState Apply(Proto.SessionEvent entry)
    {
        // Sent again after a lost connection.
        if (entry.Sequence <= Sequence)
            return this;
        TimelineState next = LinesUpTo(entry.Sequence - 1, entry.RunId) with { Sequence = entry.Sequence };
        return entry.EventCase switch
        {
            // A mark of skipped lines that was not left out.
            Proto.SessionEvent.EventOneofCase.Output => next.LinesFrom(entry.Sequence, entry.Sequence, entry.RunId),
            Proto.SessionEvent.EventOneofCase.ToolCall => next.Add(entry) with
            {
                Open = Open.SetItem((entry.RunId, entry.ToolCall.ToolCallId), entry.Sequence),
            },
            Proto.SessionEvent.EventOneofCase.ToolResult => next.Answer(entry),
            _ => next.Add(entry),
        };
    }

    private TimelineState Answer(Proto.SessionEvent result)
    {
        var key = (result.RunId, result.ToolResult.ToolCallId);
        int at = Runs.FindLastIndex(r => r.RunId == result.RunId);
        if (at < 0 || !Open.TryGetValue(key, out long call) || Runs[at].IndexOf(call) is not (>= 0 and var index))
            return Add(result) with { Open = Open.Remove(key) };
        TimelineRun run = Runs[at];
        TimelineEntry before = run.Entries[index], after = before with { Result = result };
        return this with
        {
            Runs = Runs.SetItem(at, run with { Entries = run.Entries.SetItem(index, after) }),
            Open = Open.Remove(key),
            Size = Size + after.Size - before.Size,
        };
    }

    private TimelineState LinesUpTo(long sequence, string runId = "") =>
        sequence <= Sequence ? this : LinesFrom(Sequence + 1, sequence, runId) with { Sequence = sequence };

    /// <summary>Lines belong to the run that was going on.</summary>
    private TimelineState LinesFrom(long first, long last, string runId)
    {
        if (Runs is [.., { Entries: [.., { Lines: > 0 } open] } run] && open.Last == first - 1)
        {
            TimelineEntry longer = open with { Lines = open.Lines + last - first + 1 };
            return this with { Runs = Runs.SetItem(Runs.Count - 1, run with { Entries = run.Entries.SetItem(run.Entries.Count - 1, longer) }) };
        }

        return Add(Runs is [.., var current] ? current.RunId : runId, new TimelineEntry { Sequence = first, Lines = last - first + 1 });
    }

    private TimelineState Add(Proto.SessionEvent entry) => Add(entry.RunId, new TimelineEntry { Sequence = entry.Sequence, Event = entry });

    private TimelineState Add(string runId, TimelineEntry entry)
    {
        TimelineState next = this with { Count = Count + 1, Size = Size + entry.Size };
        if (Runs is [.., var last] && (last.RunId == runId || last.RunId.Length == 0))
            return next with { Runs = Runs.SetItem(Runs.Count - 1, last with { RunId = runId, Entries = last.Entries.Add(entry) }) };
        int number = Runs is [.., var before] ? before.Number + 1 : 1;
        return next with { Runs = Runs.Add(new TimelineRun(runId, number, [entry])) };
    }

    private TimelineState Bounded()
    {
        TimelineState next = this;
        while (next.Size > _capacity && next.Count > 1)
        {
            TimelineRun first = next.Runs[0];
            TimelineEntry oldest = first.Entries[0];
            next = next with
            {
                Runs = first.Entries.Count == 1 ? next.Runs.RemoveAt(0) : next.Runs.SetItem(0, first with { Entries = first.Entries.RemoveAt(0) }),
                Count = next.Count - 1,
                Size = next.Size - oldest.Size,
                Forgotten = next.Forgotten + 1,
            };
        }

        return next;
    }
}
