namespace Coordinator.Contracts.Text;

/// <summary>What texts of agents and callers must not bring along: it moves cursors, begins lines, and speaks to terminals.</summary>
public static class ControlCharacters
{
    /// <summary>The text with another character in place of each control character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="replacement">What takes their place.</param>
    /// <param name="kept">Those that stay, such as ends of lines.</param>
    public static string Replace(string text, char replacement, string kept = "")
    {
        if (!text.Any(char.IsControl))
            return text;
        return string.Create(text.Length, (text, replacement, kept), static (replaced, from) =>
        {
            for (int i = 0; i < replaced.Length; i++)
                replaced[i] = char.IsControl(from.text[i]) && !from.kept.Contains(from.text[i], StringComparison.Ordinal) ? from.replacement : from.text[i];
        });
    }
}
