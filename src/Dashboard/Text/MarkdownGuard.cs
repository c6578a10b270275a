using System.Buffers;

namespace Coordinator.Dashboard.Text;

/// <summary>
/// Says beforehand whether a text would keep a Markdown parser busy. Parsers try every opening delimiter against every
/// closing one, so a message of nothing but brackets takes the interpreter in a browser minutes; such a text is nothing
/// that is meant to be read as Markdown.
/// </summary>
internal static class MarkdownGuard
{
    /// <summary>More than any paragraph has: measured, as many take the interpreter some 40 ms.</summary>
    private const int MaxDelimiters = 400;

    /// <summary>Quotes and lists within one another on one line; the parser gives up at its own depth, but slowly.</summary>
    private const int MaxMarkers = 24;

    private static readonly SearchValues<char> Delimiters = SearchValues.Create("*_~[");
    private static readonly SearchValues<char> MarkerParts = SearchValues.Create(" >-+*.)0123456789");

    public static bool IsHarmless(ReadOnlySpan<char> text)
    {
        int delimiters = 0;
        ReadOnlySpan<char> fence = [];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            ReadOnlySpan<char> trimmed = line.TrimStart(' ');
            if (!fence.IsEmpty)
            {
                if (Closes(trimmed, fence, indent: line.Length - trimmed.Length))
                    fence = [];
                continue;
            }

            fence = OpenedBy(line);
            if (BeginsBlock(trimmed))
                delimiters = 0;
            delimiters += Count(trimmed);
            if (delimiters > MaxDelimiters || Markers(trimmed) > MaxMarkers)
                return false;
        }

        return true;
    }

    /// <summary>A paragraph never goes on beyond an empty line or an item of a list.</summary>
    private static bool BeginsBlock(ReadOnlySpan<char> line) => line.IsWhiteSpace() || line is ['-' or '*' or '+', ' ', not ' ', ..];

    private static int Count(ReadOnlySpan<char> line)
    {
        int count = 0;
        for (ReadOnlySpan<char> rest = line; rest.IndexOfAny(Delimiters) is >= 0 and var at; rest = rest[(at + 1)..])
            count++;
        return count;
    }

    /// <summary>How many quotes and items of lists a line begins, at least.</summary>
    private static int Markers(ReadOnlySpan<char> line)
    {
        int end = line.IndexOfAnyExcept(MarkerParts), markers = 0;
        ReadOnlySpan<char> start = end < 0 ? line : line[..end];
        for (int i = 0; i < start.Length; i++)
        {
            if (start[i] == '>' || (start[i] is '-' or '+' or '*' or '.' or ')' && i + 1 < start.Length && start[i + 1] == ' '))
                markers++;
        }

        return markers;
    }

    /// <summary>
    /// The marks of a code block that certainly begins here, within which nothing delimits. Indented ones may belong to an
    /// item of a list and end with it, so they are not relied on.
    /// </summary>
    private static ReadOnlySpan<char> OpenedBy(ReadOnlySpan<char> line)
    {
        if (line is not (['`', '`', '`', ..] or ['~', '~', '~', ..]))
            return [];
        int length = line.IndexOfAnyExcept(line[0]);
        length = length < 0 ? line.Length : length;
        return line[0] == '`' && line[length..].Contains('`') ? [] : line[..length];
    }

    private static bool Closes(ReadOnlySpan<char> line, ReadOnlySpan<char> fence, int indent) =>
        indent < 4 && line.StartsWith(fence) && line.TrimStart(fence[0]).IsWhiteSpace();
}
