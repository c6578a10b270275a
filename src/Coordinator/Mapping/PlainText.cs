using System.Text;
using Coordinator.Contracts.Text;

namespace Coordinator.Mapping;

/// <summary>Makes texts of agents and runners short and harmless before they are stored.</summary>
internal static class PlainText
{
    /// <summary>
    /// The beginning of a text, never ending within a character. What some databases refuse, NUL and halves of characters, becomes
    /// U+FFFD.
    /// </summary>
    /// <param name="max">At most so many UTF-16 units, at least 1.</param>
    public static string Head(string text, int max) =>
        Storable(text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)]);

    /// <summary>As <see cref="Head"/>, in one line: control characters become U+FFFD.</summary>
    public static string Line(string text, int max) => ControlCharacters.Replace(Head(text, max), '\uFFFD');

    /// <summary>As <see cref="Line"/>, but with its ends of lines and tabs.</summary>
    public static string Block(string text, int max) => ControlCharacters.Replace(Head(text, max), '\uFFFD', kept: "\n\t");

    /// <summary>As <see cref="Line"/>, with a bound in bytes of UTF-8.</summary>
    public static string Name(string text, int maxBytes)
    {
        string name = Line(text, maxBytes);
        while (Encoding.UTF8.GetByteCount(name) > maxBytes)
            name = Head(name, name.Length - 1);
        return name;
    }

    private static string Storable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        StringBuilder storable = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            storable.Append(rune.Value == 0 ? Rune.ReplacementChar.ToString() : rune.ToString());
        return storable.ToString();
    }
}
