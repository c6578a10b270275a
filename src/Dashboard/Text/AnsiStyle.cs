namespace Coordinator.Dashboard.Text;

/// <summary>How a terminal shows text after the codes it has read so far.</summary>
/// <param name="Foreground">One of the terminal's sixteen colours; null for the page's own.</param>
/// <param name="Background">Likewise.</param>
internal readonly record struct AnsiStyle(int? Foreground, int? Background, AnsiEffects Effects)
{
    /// <summary>Class names of output.css; empty for plain text.</summary>
    public string ToClasses()
    {
        if (this == default)
            return "";
        bool isInverse = Effects.HasFlag(AnsiEffects.Inverse);
        int? foreground = isInverse ? Background : Foreground;
        int? background = isInverse ? Foreground : Background;
        List<string> classes = new(4);
        // Any colour on any other cannot be made legible in every theme, and could hide text: text on a background has
        // the page's own colour.
        if (background is { } behind)
            classes.Add($"ansi-bg-{behind}");
        else if (isInverse)
            classes.Add("ansi-inverse");
        else if (foreground is { } colour)
            classes.Add($"ansi-fg-{colour}");
        else if (Effects.HasFlag(AnsiEffects.Dim))
            classes.Add("ansi-dim");
        if (Effects.HasFlag(AnsiEffects.Bold))
            classes.Add("ansi-bold");
        if (Effects.HasFlag(AnsiEffects.Italic))
            classes.Add("ansi-italic");
        if (Effects.HasFlag(AnsiEffects.Underline))
            classes.Add("ansi-underline");
        if (Effects.HasFlag(AnsiEffects.Strike))
            classes.Add("ansi-strike");
        return string.Join(' ', classes);
    }
}
