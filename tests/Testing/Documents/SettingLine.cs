using System.Globalization;

namespace Coordinator.Testing.Documents;

/// <summary>One line of a table of docs/configuration.md: what the code knows of a setting. Its meaning follows in words.</summary>
/// <param name="Name">With its section, for example <c>Runner:Capacity</c>.</param>
/// <param name="Type">A word for people.</param>
/// <param name="Default">As it would be written, or words.</param>
/// <param name="Range">What it may be; empty for anything.</param>
public sealed record SettingLine(string Name, string Type, string Default, string Range)
{
    /// <summary>How the line begins.</summary>
    public override string ToString() => $"| `{Name}` | {Type} | {Default} | {Range}{(Range.Length > 0 ? " " : "")}|";

    /// <summary>What the page calls a type of the options.</summary>
    public static string NameOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var plain when plain == typeof(string) => "text",
        var plain when plain == typeof(TimeSpan) => "time",
        var plain when plain == typeof(bool) => "switch",
        var plain when plain == typeof(int) || plain == typeof(long) => "number",
        var plain when plain == typeof(IReadOnlyList<string>) => "list",
        var plain when plain == typeof(IReadOnlyDictionary<string, string>) => "names",
        var other => throw new ArgumentOutOfRangeException(
            nameof(type), other, "docs/configuration.md has no word for it: add one here and there."),
    };

    /// <summary>A value as the page writes it.</summary>
    public static string Write(object? value) => value switch
    {
        null or "" or System.Collections.ICollection { Count: 0 } => "none",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan time => $"`{Trimmed(time)}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };

    private static string Trimmed(TimeSpan time) =>
        time.Ticks % TimeSpan.TicksPerSecond == 0
            ? time.ToString("c", CultureInfo.InvariantCulture)
            : time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0');
}
