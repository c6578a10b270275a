using System.Buffers;
using System.Text;

namespace Coordinator.Client.Text;

/// <summary>
/// Makes the text of agents and of names harmless to look at: what a browser or a terminal would obey or hide (control
/// characters, marks that reverse the reading direction, characters without width) is written out instead. A reader is
/// never shown less than is there, and never in another order.
/// </summary>
public static class SafeText
{
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(
    [
        .. Range(0x00, 0x1F).Where(c => c is not '\t'), .. Range(0x7F, 0x9F),
        .. Range(0x200B, 0x200F), .. Range(0x2028, 0x202E), .. Range(0x2060, 0x206F), .. Range(0xFFF9, 0xFFFB),
        // Soft hyphen, Arabic letter mark, fillers and separators that look like nothing at all.
        '\u00AD', '\u034F', '\u061C', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u180E', '\u3164', '\uFEFF', '\uFFA0',
        // The beginning of every tag character (U+E0000 and on), which can carry whole sentences unseen.
        '\uDB40',
    ]);

    /// <summary>For one line: ends of lines are written out too.</summary>
    public static string Line(string text) => Write(text, keepsLines: false);

    /// <summary>For a block of text, which may have lines.</summary>
    public static string Block(string text) => Write(text, keepsLines: true);

    /// <summary>The beginning of a text, never ending within a character.</summary>
    /// <param name="limit">At most so many UTF-16 units, at least 1.</param>
    public static string Head(string text, int limit)
    {
        if (text.Length <= limit)
            return text;
        return text[..(char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit)];
    }

    private static string Write(string text, bool keepsLines)
    {
        int next = text.AsSpan().IndexOfAny(Suspicious);
        if (next < 0)
            return text;

        StringBuilder written = new(text.Length + 16);
        int done = 0;
        while (next >= 0)
        {
            int at = done + next;
            written.Append(text, done, at - done);
            done = at + WriteOne(text, at, keepsLines, written);
            next = text.AsSpan(done).IndexOfAny(Suspicious);
        }

        return written.Append(text, done, text.Length - done).ToString();
    }

    /// <returns>How many units were taken.</returns>
    private static int WriteOne(string text, int at, bool keepsLines, StringBuilder written)
    {
        char c = text[at];
        switch (c)
        {
            case '\n' when keepsLines:
                written.Append('\n');
                return 1;
            case '\r' when keepsLines && at + 1 < text.Length && text[at + 1] == '\n':
                return 1;
            case '\u200C' or '\u200D' when JoinsLetters(text, at):
                written.Append(c);
                return 1;
            case < ' ':
                // Unicode has a picture of each of these.
                written.Append((char)(0x2400 + c));
                return 1;
            case '\u007F':
                written.Append('\u2421');
                return 1;
            default:
                bool isPair = at + 1 < text.Length && char.IsSurrogatePair(c, text[at + 1]);
                written.Append($"⟨U+{(isPair ? char.ConvertToUtf32(c, text[at + 1]) : c):X4}⟩");
                return isPair ? 2 : 1;
        }
    }

    /// <summary>Joiners belong to the writing of many scripts and to emoji; between Latin letters they only deceive.</summary>
    private static bool JoinsLetters(string text, int at) =>
        at > 0 && at + 1 < text.Length && text[at - 1] >= '\u0600' && text[at + 1] >= '\u0600'
        && !Suspicious.Contains(text[at - 1]) && !Suspicious.Contains(text[at + 1]);

    private static IEnumerable<char> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(c => (char)c);
}
