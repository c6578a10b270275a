using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>Finds everything that is wrong with the options, a sentence each.</summary>
internal static class RunnerOptionsCheck
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestGrace = TimeSpan.FromHours(1);

    public static IReadOnlyList<string> Errors(RunnerOptions options, ExecutorCatalog executors) =>
    [
        .. Check(options).Where(check => !check.IsFine).Select(check => check.Sentence),
        .. executors.Errors,
    ];

    private static IEnumerable<(bool IsFine, string Sentence)> Check(RunnerOptions options) =>
    [
        (Uri.TryCreate(options.Coordinator, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https",
            $"Runner:Coordinator is \"{options.Coordinator}\": it must be an absolute http or https address, " +
            "for example http://127.0.0.1:8766."),
        (!string.IsNullOrWhiteSpace(options.DataDirectory),
            "Runner:DataDirectory is empty: name a directory the runner may write to."),
        (options.Name.Trim().Length is > 0 and <= 200, "Runner:Name must have 1 to 200 characters."),
        (options.Capacity is >= 1 and <= 10_000,
            $"Runner:Capacity is {options.Capacity}: it must be between 1 and 10,000."),
        (options.Tags.Count <= 32 && options.Tags.All(tag => tag.Length is > 0 and <= 128),
            "Runner:Tags may hold at most 32 tags of 1 to 128 characters."),
        (options.ExecutorProbeInterval >= TimeSpan.FromSeconds(1) && options.ExecutorProbeInterval <= TimeSpan.FromHours(1),
            $"Runner:ExecutorProbeInterval is {options.ExecutorProbeInterval}: it must be between 00:00:01 and 01:00:00."),
        (options.PassEnvironment.Count <= 64 && options.PassEnvironment.All(IsNameOfVariables),
            "Runner:PassEnvironment may hold at most 64 names of variables, for example ASPNETCORE_ENVIRONMENT; " +
            "one may end with * for any rest."),
        (ContainmentKind.All.Contains(options.Containment),
            $"Runner:Containment is \"{options.Containment}\": " +
            $"it must be one of {string.Join(", ", ContainmentKind.All)}."),
        (options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= LongestDrain,
            $"Runner:DrainTimeout is {options.DrainTimeout}: it must be between 00:00:00 and 1.00:00:00."),
        Grace(nameof(options.ShutdownGrace), options.ShutdownGrace),
        Grace(nameof(options.SweepGrace), options.SweepGrace),
        (options.MaxLogBytes >= 0, $"Runner:MaxLogBytes is {options.MaxLogBytes}: it must not be negative."),
        (options.MaxSpillBytes >= 0, $"Runner:MaxSpillBytes is {options.MaxSpillBytes}: it must not be negative."),
        (options.KeepRuns >= 0, $"Runner:KeepRuns is {options.KeepRuns}: it must not be negative."),
        (options.KeepRunsFor >= TimeSpan.Zero && options.KeepRunsFor <= TimeSpan.FromDays(3650),
            $"Runner:KeepRunsFor is {options.KeepRunsFor}: it must be between zero and ten years."),
    ];

    private static bool IsNameOfVariables(string name) =>
        name.Length is > 0 and <= 256 && name != "*" && !name[..^1].Contains('*') && !name.Contains('=');

    private static (bool IsFine, string Sentence) Grace(string name, TimeSpan grace) => (
        grace >= TimeSpan.Zero && grace <= LongestGrace,
        $"Runner:{name} is {grace}: it must be between 00:00:00 and 01:00:00.");
}
