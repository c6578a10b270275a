using System.Text;

namespace Coordinator.Requests;

/// <summary>Makes texts of agents and runners short and harmless before they are stored.</summary>
internal static class PlainText
{
    /// <summary>The beginning of a text, never ending within a character.</summary>
    /// <param name="max">At most so many UTF-16 units, at least 1.</param>
    public static string Head(string text, int max) =>
        text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];

    /// <summary>As <see cref="Head"/>, in one line: control characters become U+FFFD.</summary>
    public static string Line(string text, int max) => Replace(Head(text, max), keeps: "");

    /// <summary>As <see cref="Line"/>, but with its ends of lines and tabs.</summary>
    public static string Block(string text, int max) => Replace(Head(text, max), keeps: "\n\t");

    /// <summary>As <see cref="Line"/>, with a bound in bytes of UTF-8.</summary>
    public static string Name(string text, int maxBytes)
    {
        string name = Line(text, maxBytes);
        while (Encoding.UTF8.GetByteCount(name) > maxBytes)
            name = Head(name, name.Length - 1);
        return name;
    }

    private static string Replace(string text, string keeps) => text.Any(IsBad)
        ? string.Concat(text.Select(c => IsBad(c) && !keeps.Contains(c, StringComparison.Ordinal) ? '\uFFFD' : c))
        : text;

    private static bool IsBad(char c) => char.IsControl(c);
}
