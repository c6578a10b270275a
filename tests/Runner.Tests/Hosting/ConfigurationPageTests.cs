using System.Reflection;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Hosting;
using Coordinator.Testing.Documents;

namespace Coordinator.AgentRunner.Tests.Hosting;

/// <summary>docs/configuration.md says of every setting of the runner what it is, and of no other.</summary>
public sealed class ConfigurationPageTests
{
    private const string Executor = $"{RunnerOptions.Section}:{nameof(RunnerOptions.Executors)}:<name>";

    /// <summary>What an executor is that gives nothing but what it must.</summary>
    private static readonly ExecutorProfile Plain = new ExecutorCatalog(
        new Dictionary<string, ExecutorSettings> { ["plain"] = new() { Command = "program" } }).Get("plain");

    [Fact]
    public void Settings_AreAllOnThePage_WithTheirDefaultsAndRanges() =>
        ConfigurationPage.Describes(RunnerOptions.Section, [.. Options(), .. Executors()]);

    [Fact]
    public void Rules_AreOfSettingsThatExist() =>
        Assert.Empty(RunnerOptionsCheck.Rules.Select(rule => rule.Name).Except(typeof(RunnerOptions).GetProperties().Select(p => p.Name)));

    private static IEnumerable<SettingLine> Options()
    {
        RunnerOptions defaults = new();
        return typeof(RunnerOptions).GetProperties()
            .Where(property => property.Name != nameof(RunnerOptions.Executors))
            .Select(property => new SettingLine(
                $"{RunnerOptions.Section}:{property.Name}",
                SettingLine.NameOf(property.PropertyType),
                property.Name == nameof(RunnerOptions.Name) ? "the machine's name" : SettingLine.Write(property.GetValue(defaults)),
                RangeOf(property.Name)));
    }

    private static IEnumerable<SettingLine> Executors() => typeof(ExecutorSettings).GetProperties().Select(property => new SettingLine(
        $"{Executor}:{property.Name}", SettingLine.NameOf(property.PropertyType), DefaultOf(property), ChoicesOf(property.Name)));

    private static string DefaultOf(PropertyInfo property) => property.Name switch
    {
        nameof(ExecutorSettings.Command) => "required",
        nameof(ExecutorSettings.PromptVia) => Text(ExecutorCatalog.PromptVias, Plain.PromptVia),
        nameof(ExecutorSettings.Output) => Text(ExecutorCatalog.OutputFormats, Plain.Output),
        nameof(ExecutorSettings.SoftStop) => Text(ExecutorCatalog.SoftStops, Plain.SoftStop),
        _ => SettingLine.Write(typeof(ExecutorProfile).GetProperty(property.Name)!.GetValue(Plain)),
    };

    private static string Text<T>(SettingChoices<T> choices, T value) =>
        SettingLine.Write(choices.Texts.Single(text => choices.TryFind(text, out T? found) && Equals(found, value)));

    private static string ChoicesOf(string name) => name switch
    {
        nameof(ExecutorSettings.PromptVia) => OneOf(ExecutorCatalog.PromptVias.Texts),
        nameof(ExecutorSettings.Output) => OneOf(ExecutorCatalog.OutputFormats.Texts),
        nameof(ExecutorSettings.SoftStop) => OneOf(ExecutorCatalog.SoftStops.Texts),
        _ => "",
    };

    private static string OneOf(IEnumerable<string> texts) => $"one of {string.Join(", ", texts)}";

    private static string RangeOf(string name) => RunnerOptionsCheck.Rules.SingleOrDefault(rule => rule.Name == name)?.Range ?? "";
}
