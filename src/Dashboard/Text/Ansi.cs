using System.Text;
using Coordinator.Client.Text;

namespace Coordinator.Dashboard.Text;

/// <summary>
/// Reads a line that was written for a terminal. Colours and the shape of letters become styles; every other sequence
/// (moving the cursor, clearing, titles, hyperlinks) is left out; what is no whole sequence is shown as the text it is.
/// Nothing can overwrite or hide what stands on the line. Each line begins plain.
/// </summary>
internal static class Ansi
{
    /// <summary>A line of confetti would make thousands of elements.</summary>
    private const int MaxRuns = 400;

    /// <param name="line">One line as the agent wrote it.</param>
    /// <param name="limit">About how many characters to show.</param>
    public static AnsiLine Parse(string line, int limit = int.MaxValue)
    {
        // A line that ended in CR LF.
        int length = line.EndsWith('\r') ? line.Length - 1 : line.Length;
        List<AnsiRun> runs = [];
        StringBuilder pending = new();
        AnsiStyle style = default;
        int shown = 0, at = 0;
        while (at < length && shown < limit && runs.Count < MaxRuns)
        {
            ReadOnlySpan<char> rest = line.AsSpan(at, length - at);
            EscapeSequence sequence = EscapeSequence.Begins(rest[0]) ? EscapeSequence.Read(rest) : default;
            if (sequence.Length > 0)
            {
                AnsiStyle next = sequence.Graphics is { } graphics ? Sgr.Apply(style, rest[graphics]) : style;
                if (next != style)
                    Flush();
                style = next;
                at += sequence.Length;
                continue;
            }

            int taken = Math.Min(TextLength(rest), limit - shown);
            if (taken < rest.Length && char.IsHighSurrogate(rest[taken - 1]))
                taken++;
            pending.Append(rest[..taken]);
            shown += taken;
            at += taken;
        }

        Flush();
        return new AnsiLine(runs, length - at);

        void Flush()
        {
            if (pending.Length == 0)
                return;
            string text = SafeText.Line(pending.ToString());
            string classes = style.ToClasses();
            if (runs is [.., var last] && last.Style == classes)
                runs[^1] = last with { Text = last.Text + text };
            else
                runs.Add(new AnsiRun(text, classes));
            pending.Clear();
        }
    }

    /// <summary>Up to the next thing that could be a sequence; at least 1.</summary>
    private static int TextLength(ReadOnlySpan<char> rest)
    {
        int at = 1;
        while (at < rest.Length && !EscapeSequence.Begins(rest[at]))
            at++;
        return at;
    }
}
