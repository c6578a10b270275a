using System.Collections.Immutable;

namespace Coordinator.Dashboard.Timeline;

/// <summary>What happened in one run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Number">Counted from 1 in the session.</param>
/// <param name="Entries">In order of sequence.</param>
public sealed record TimelineRun(string RunId, int Number, ImmutableList<TimelineEntry> Entries)
{
    /// <returns>The place of the entry with that sequence; negative if it is not here.</returns>
    public int IndexOf(long sequence)
    {
        int low = 0, high = Entries.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            long found = Entries[middle].Sequence;
            if (found == sequence)
                return middle;
            (low, high) = found < sequence ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }
}
