using System.Text;

namespace Coordinator.AgentRunner.Containment.Windows;

/// <summary>
/// Windows hands a program one line; this writes it so that the C runtime splits it into the same arguments.
/// </summary>
internal static class CommandLine
{
    public static string Join(IEnumerable<string> arguments)
    {
        var line = new StringBuilder();
        foreach (var argument in arguments)
        {
            if (line.Length > 0)
            {
                line.Append(' ');
            }

            Append(line, argument);
        }

        return line.ToString();
    }

    /// <summary>
    /// Backslashes are plain characters except in front of a quotation mark, where each must be doubled.
    /// </summary>
    private static void Append(StringBuilder line, string argument)
    {
        if (argument.Length > 0 && argument.AsSpan().IndexOfAny(" \t\n\v\"") < 0)
        {
            line.Append(argument);
            return;
        }

        line.Append('"');
        var backslashes = 0;
        foreach (var character in argument)
        {
            if (character == '\\')
            {
                backslashes++;
                continue;
            }

            line.Append('\\', character == '"' ? (2 * backslashes) + 1 : backslashes).Append(character);
            backslashes = 0;
        }

        line.Append('\\', 2 * backslashes).Append('"');
    }
}
