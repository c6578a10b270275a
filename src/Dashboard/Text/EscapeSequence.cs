namespace Coordinator.Dashboard.Text;

/// <summary>Finds out how long a terminal's escape sequence is, so that it can be left out.</summary>
/// <param name="Length">Units from the escape on; 0 if what follows is no whole sequence.</param>
/// <param name="Graphics">Where the parameters are if it selects colours and the like.</param>
internal readonly record struct EscapeSequence(int Length, Range? Graphics)
{
    private const char Escape = '\u001B';
    private const char Bell = '\u0007';
    private const char ControlSequence = '\u009B';
    private const char StringEnd = '\u009C';

    /// <summary>No title or address is longer; without a bound a line of beginnings would be read again for each of them.</summary>
    private const int MaxString = 4096;

    /// <summary>What begins a sequence: ESC, and the single characters of ISO 6429 that mean ESC and a letter.</summary>
    public static bool Begins(char c) => c is Escape or ControlSequence or '\u0090' or '\u0098' or '\u009D' or '\u009E' or '\u009F';

    /// <param name="text">Begins with the sequence.</param>
    public static EscapeSequence Read(ReadOnlySpan<char> text)
    {
        if (text[0] != Escape)
            return text[0] == ControlSequence ? Control(text, 1) : String(text, 1);
        if (text.Length < 2)
            return default;
        return text[1] switch
        {
            '[' => Control(text, 2),
            // Commands to the operating system (titles, hyperlinks), device control, private messages: up to their end.
            ']' or 'P' or 'X' or '^' or '_' => String(text, 2),
            >= ' ' and <= '/' => Charset(text),
            >= '0' and <= '~' => new(2, null),
            _ => default,
        };
    }

    /// <summary>Parameters, intermediates and one final character.</summary>
    private static EscapeSequence Control(ReadOnlySpan<char> text, int start)
    {
        int at = start;
        while (at < text.Length && text[at] is >= '0' and <= '?')
            at++;
        int parametersEnd = at;
        while (at < text.Length && text[at] is >= ' ' and <= '/')
            at++;
        if (at >= text.Length || text[at] is < '@' or > '~')
            return default;
        bool isGraphics = text[at] == 'm' && at == parametersEnd && (at == start || text[start] is not ('<' or '=' or '>' or '?'));
        return new(at + 1, isGraphics ? start..parametersEnd : null);
    }

    /// <summary>A sequence that is never ended is none: a terminal would swallow the rest of the line with it.</summary>
    private static EscapeSequence String(ReadOnlySpan<char> text, int start)
    {
        int end = text[start..Math.Min(text.Length, MaxString)].IndexOfAny(Bell, StringEnd, Escape);
        if (end < 0)
            return default;
        int at = start + end;
        if (text[at] != Escape)
            return new(at + 1, null);
        return at + 1 < text.Length && text[at + 1] == '\\' ? new(at + 2, null) : default;
    }

    private static EscapeSequence Charset(ReadOnlySpan<char> text)
    {
        int at = 1;
        while (at < text.Length && text[at] is >= ' ' and <= '/')
            at++;
        return at < text.Length && text[at] is >= '0' and <= '~' ? new(at + 1, null) : default;
    }
}
