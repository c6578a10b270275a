using System.Collections.Immutable;
using System.Globalization;

namespace Coordinator.Dashboard.Output;

/// <summary>A search in an output: what was found, and which of it is looked at.</summary>
public sealed record OutputSearch
{
    public static OutputSearch None { get; } = new();

    /// <summary>What is searched for; empty if nothing is.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The sequences of the events that have it, growing.</summary>
    public ImmutableArray<long> Hits { get; private init; } = [];

    /// <summary>The hit that is looked at, from 0; -1 for none.</summary>
    public int Current { get; private init; } = -1;

    /// <summary>Whether there are more hits after the last one.</summary>
    public bool HasMore { get; private init; }

    /// <summary>The newest event that was looked at; the next part begins after it.</summary>
    public long Searched { get; private init; }

    public bool IsBusy { get; private init; }

    /// <summary>Why the search failed, for a person.</summary>
    public string? Problem { get; private init; }

    public long? Hit => Current >= 0 ? Hits[Current] : null;

    /// <summary>What is said beside the box, for example "3 of 120"; empty if nothing was searched for.</summary>
    public string Words => this switch
    {
        { Text: "" } => "",
        { Problem: { } problem } => problem,
        { IsBusy: true, Hits.IsEmpty: true } => "Searching …",
        { Hits.IsEmpty: true } => "No matches",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Current + 1:N0} of {Hits.Length:N0}{(HasMore ? "+" : "")}"),
    };

    public static OutputSearch For(string text) => text.Length == 0 ? None : new() { Text = text, IsBusy = true };

    /// <summary>Asks for the next part.</summary>
    public OutputSearch Continued() => this with { IsBusy = true, Problem = null };

    public OutputSearch Found(Proto.SearchSessionEventsResponse found) => this with
    {
        Hits = Hits.AddRange(found.Sequences),
        HasMore = found.More,
        Searched = Math.Max(Searched, found.SearchedSequence),
        IsBusy = false,
        Problem = null,
    };

    public OutputSearch Failed(string problem) => this with { IsBusy = false, Problem = problem };

    /// <summary>Goes to the first hit at or after an event, or to the first of all.</summary>
    public OutputSearch From(long sequence)
    {
        if (Hits.IsEmpty)
            return this;
        int index = Hits.BinarySearch(sequence);
        index = index < 0 ? ~index : index;
        return this with { Current = index < Hits.Length ? index : 0 };
    }

    /// <summary>The next hit, after the last one the first; null if more must be asked for before that is known.</summary>
    /// <param name="newest">The newest event there is.</param>
    public OutputSearch? Next(long newest)
    {
        if (Current + 1 < Hits.Length)
            return this with { Current = Current + 1 };
        if (HasMore || Searched < newest)
            return null;
        return Wrapped();
    }

    /// <summary>The next hit of those that are known.</summary>
    public OutputSearch Wrapped() => Hits.IsEmpty ? this : this with { Current = (Current + 1) % Hits.Length };

    public OutputSearch Previous() => Hits.IsEmpty ? this : this with { Current = Current <= 0 ? Hits.Length - 1 : Current - 1 };
}
