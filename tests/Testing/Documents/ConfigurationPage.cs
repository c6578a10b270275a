using System.Text.RegularExpressions;
using Xunit;

namespace Coordinator.Testing.Documents;

/// <summary>docs/configuration.md, held against the code: a setting that one of them has and the other has not fails a test.</summary>
public static partial class ConfigurationPage
{
    private static readonly string[] Lines = File.ReadAllLines(Repository.At("docs", "configuration.md"));

    /// <summary>Every setting has its line.</summary>
    public static void Has(IReadOnlyList<SettingLine> settings) => HasNone(settings.Where(IsMissing).Select(Complaint));

    /// <summary>Every setting has its line, and the page names no other setting of the section.</summary>
    /// <param name="section">For example <c>Runner</c>.</param>
    public static void Describes(string section, IReadOnlyList<SettingLine> settings) =>
        HasNone([.. settings.Where(IsMissing).Select(Complaint), .. Unknown(section, [.. settings.Select(setting => setting.Name)])]);

    private static void HasNone(IEnumerable<string> complaints) =>
        Assert.True(!complaints.Any(), $"docs/configuration.md does not say what the code does.\n{string.Join('\n', complaints)}");

    private static string Complaint(SettingLine setting) =>
        Lines.FirstOrDefault(line => line.StartsWith($"| `{setting.Name}` |", StringComparison.Ordinal)) is { } written
            ? $"A line is not right.\n  it is:           {written}\n  it should begin: {setting}"
            : $"A line is missing; add it to its table, with what the setting means:\n  {setting} … |";

    private static IEnumerable<string> Unknown(string section, HashSet<string> known) => Lines
        .SelectMany(line => Name().Matches(line))
        .Select(match => match.Groups[1].Value)
        .Where(name => name.StartsWith($"{section}:", StringComparison.Ordinal))
        .Where(name => !known.Any(k => k == name || k.StartsWith($"{name}:", StringComparison.Ordinal)))
        .Distinct()
        .Select(name => $"{name} is no setting: take it out, or correct its name.");

    private static bool IsMissing(SettingLine setting) => !Lines.Any(line => line.StartsWith(setting.ToString(), StringComparison.Ordinal));

    /// <summary>A setting, with an index or a value or without.</summary>
    [GeneratedRegex(@"`(?:--)?([A-Z][A-Za-z]+(?::(?:[A-Z][A-Za-z]*|<[a-z ]+>))+)[^`]*`")]
    private static partial Regex Name();
}
