using System.Globalization;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>Finds everything that is wrong with the options, a sentence each.</summary>
internal static class RunnerOptionsCheck
{
    /// <summary>A line for each setting that cannot be anything its type can hold.</summary>
    public static IReadOnlyList<SettingRule> Rules { get; } =
    [
        new(nameof(RunnerOptions.Coordinator), "an absolute http or https address", o => o.Coordinator, o =>
            Uri.TryCreate(o.Coordinator, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"),
        new(nameof(RunnerOptions.DataDirectory), "a directory the runner may write to", o => o.DataDirectory, o =>
            !string.IsNullOrWhiteSpace(o.DataDirectory)),
        new(nameof(RunnerOptions.Name), "1 to 200 characters", o => o.Name, o => o.Name.Trim().Length is > 0 and <= 200),
        Between(nameof(RunnerOptions.Capacity), o => o.Capacity, 1, 10_000),
        new(nameof(RunnerOptions.Tags), "at most 32 tags of 1 to 128 characters", o => string.Join(", ", o.Tags), o =>
            o.Tags.Count <= 32 && o.Tags.All(tag => tag.Length is > 0 and <= 128)),
        new(nameof(RunnerOptions.Containment), $"one of {string.Join(", ", ContainmentKind.All)}", o => o.Containment, o =>
            ContainmentKind.All.Contains(o.Containment)),
        new(nameof(RunnerOptions.AgentUsers), "names of users, numbers, or ranges of numbers such as 60000-60007", o => string.Join(", ", o.AgentUsers), o =>
            o.AgentUsers.All(user => !string.IsNullOrWhiteSpace(user))),
        new(nameof(RunnerOptions.AgentHomes), "a directory", o => o.AgentHomes, o => !string.IsNullOrWhiteSpace(o.AgentHomes)),
        Between(nameof(RunnerOptions.MaxAgentProcesses), o => o.MaxAgentProcesses, 16, 1_000_000),
        Between(nameof(RunnerOptions.ExecutorProbeInterval), o => o.ExecutorProbeInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        new(nameof(RunnerOptions.PassEnvironment), "at most 64 names of variables; one may end with * for any rest", o => string.Join(", ", o.PassEnvironment), o =>
            o.PassEnvironment.Count <= 64 && o.PassEnvironment.All(IsNameOfVariables)),
        UpTo(nameof(RunnerOptions.DrainTimeout), o => o.DrainTimeout, TimeSpan.FromDays(1)),
        UpTo(nameof(RunnerOptions.ShutdownGrace), o => o.ShutdownGrace, TimeSpan.FromHours(1)),
        UpTo(nameof(RunnerOptions.SweepGrace), o => o.SweepGrace, TimeSpan.FromHours(1)),
        Between(nameof(RunnerOptions.LingerTimeout), o => o.LingerTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        NotNegative(nameof(RunnerOptions.MaxLogBytes), o => o.MaxLogBytes),
        NotNegative(nameof(RunnerOptions.MaxSpillBytes), o => o.MaxSpillBytes),
        NotNegative(nameof(RunnerOptions.KeepRuns), o => o.KeepRuns),
        UpTo(nameof(RunnerOptions.KeepRunsFor), o => o.KeepRunsFor, TimeSpan.FromDays(3650)),
    ];

    public static IReadOnlyList<string> Errors(RunnerOptions options, ExecutorCatalog executors) =>
        [.. Rules.Select(rule => rule.Complaint(options)).OfType<string>(), .. executors.Errors];

    private static SettingRule Between(string name, Func<RunnerOptions, int> read, int least, int most) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"{least:N0} to {most:N0}"), o => read(o), o =>
            read(o) >= least && read(o) <= most);

    private static SettingRule Between(string name, Func<RunnerOptions, TimeSpan> read, TimeSpan least, TimeSpan most) =>
        new(name, $"{least} to {most}", o => read(o), o => read(o) >= least && read(o) <= most);

    private static SettingRule UpTo(string name, Func<RunnerOptions, TimeSpan> read, TimeSpan most) => Between(name, read, TimeSpan.Zero, most);

    private static SettingRule NotNegative(string name, Func<RunnerOptions, long> read) =>
        new(name, "0 or more", o => read(o), o => read(o) >= 0);

    private static bool IsNameOfVariables(string name) =>
        name.Length is > 0 and <= 256 && name != "*" && !name[..^1].Contains('*') && !name.Contains('=');
}
