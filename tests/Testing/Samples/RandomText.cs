using System.Text;

namespace Coordinator.Testing.Samples;

/// <summary>Texts as an adversary would write them: letters among everything that a terminal or a browser obeys.</summary>
public static class RandomText
{
    private static readonly string[] Parts =
    [
        "a", "Z", "0", " ", "ü", "世", "👍", "\u001B", "\u001B[", "\u001B[31m", "\u001B[38;5;", "\u001B[38;2;1;2;3m", "\u001B]8;;http://x\u0007",
        "\u001B]0;title", "\u001B\\", "\u0007", "m", ";", ":", "1", "38", "48", "[", "]", "\u009B", "\u009D", "\u0090", "\u009C", "\r", "\n", "\t", "\b", "\0",
        "\u202E", "\u2066", "\u200B", "\u200D", "\u2028", "\uFEFF", "\U000E0041", "\u001B(B", "\u001B[2J", "\u001B[10;10H", "\u001BPx",
    ];

    public static string Next(Random random)
    {
        StringBuilder text = new();
        for (int left = random.Next(0, 30); left > 0; left--)
            text.Append(Parts[random.Next(Parts.Length)]);
        return text.ToString();
    }
}
