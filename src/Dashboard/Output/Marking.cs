using Coordinator.Dashboard.Text;

namespace Coordinator.Dashboard.Output;

/// <summary>Finds what was searched for within a row, also where its colour changes in the middle.</summary>
internal static class Marking
{
    public static IEnumerable<MarkedRun> Mark(IReadOnlyList<AnsiRun> runs, string text)
    {
        if (text.Length == 0)
            return runs.Select(r => new MarkedRun(r.Text, r.Style, false));
        string whole = runs.Count == 1 ? runs[0].Text : string.Concat(runs.Select(r => r.Text));
        int hit = whole.IndexOf(text, StringComparison.OrdinalIgnoreCase);
        return hit < 0 ? runs.Select(r => new MarkedRun(r.Text, r.Style, false)) : Split(runs, whole, text, hit);
    }

    private static IEnumerable<MarkedRun> Split(IReadOnlyList<AnsiRun> runs, string whole, string text, int hit)
    {
        int start = 0;
        foreach (AnsiRun run in runs)
        {
            int at = start, end = start + run.Text.Length;
            while (at < end)
            {
                while (hit >= 0 && hit + text.Length <= at)
                    hit = whole.IndexOf(text, hit + text.Length, StringComparison.OrdinalIgnoreCase);
                bool isHit = hit >= 0 && hit <= at;
                int next = Math.Min(end, hit < 0 ? end : isHit ? hit + text.Length : hit);
                yield return new(run.Text[(at - start)..(next - start)], run.Style, isHit);
                at = next;
            }

            start = end;
        }
    }
}
