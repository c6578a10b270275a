using System.Text;
using System.Text.Unicode;
using Coordinator.Contracts.Text;

namespace Coordinator.AgentRunner.Executors;

/// <summary>Texts of events have a bound, in bytes of UTF-8, and no NUL in them, which databases refuse: it becomes U+FFFD.</summary>
internal static class BoundedText
{
    /// <summary>The bound of one text of an event.</summary>
    public const int MaxTextBytes = AgentTextLimits.TextBytes;

    /// <summary>The bound of a run's result.</summary>
    public const int MaxResultBytes = 1024 * 1024;

    /// <summary>
    /// Decodes as much as gives at most <see cref="MaxTextBytes"/> of text, without cutting a character in two. Bytes
    /// that are not UTF-8 become U+FFFD, which takes three bytes each and so makes text grow. A character that only begins
    /// at the end is one of those: whoever cuts lines does not cut there.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> bytes, out int decoded)
    {
        if (bytes.Length <= MaxTextBytes && !bytes.Contains((byte)0) && Utf8.IsValid(bytes))
        {
            decoded = bytes.Length;
            return Encoding.UTF8.GetString(bytes);
        }

        StringBuilder text = new(Math.Min(bytes.Length, MaxTextBytes));
        decoded = 0;
        for (int length = 0; decoded < bytes.Length;)
        {
            Rune.DecodeFromUtf8(bytes[decoded..], out Rune rune, out int consumed);
            if (rune.Value == 0)
                rune = Rune.ReplacementChar;
            length += rune.Utf8SequenceLength;
            if (length > MaxTextBytes)
                break;
            Append(text, rune);
            decoded += consumed;
        }

        return text.ToString();
    }

    /// <summary>The text itself, or its beginning with a note of how much was cut; together within the bound.</summary>
    public static string Cut(string text, int maxBytes)
    {
        text = text.Replace('\0', '\uFFFD');
        // No character takes more than three bytes per UTF-16 unit, so most texts need not be counted.
        if (text.Length <= maxBytes / 3)
            return text;
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes <= maxBytes)
            return text;

        int room = maxBytes - Note(bytes).Length;
        int kept = 0;
        int units = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (kept + rune.Utf8SequenceLength > room)
                break;
            kept += rune.Utf8SequenceLength;
            units += rune.Utf16SequenceLength;
        }

        return text[..units] + Note(bytes - kept);
    }

    /// <summary>The beginning of a name in one line: control characters are replaced by U+FFFD.</summary>
    public static string Name(string name, int maxBytes)
    {
        StringBuilder text = new();
        int bytes = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            Rune harmless = Rune.IsControl(rune) ? Rune.ReplacementChar : rune;
            bytes += harmless.Utf8SequenceLength;
            if (bytes > maxBytes)
                break;
            Append(text, harmless);
        }

        return text.ToString();
    }

    private static string Note(int bytes) => $"\n[{bytes} bytes cut here]";

    private static void Append(StringBuilder text, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        text.Append(units[..rune.EncodeToUtf16(units)]);
    }
}
