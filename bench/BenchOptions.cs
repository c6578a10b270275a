namespace Coordinator.Bench;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Names">The scenarios.</param>
/// <param name="Json">One line of JSON for each measurement on standard output instead of a table.</param>
/// <param name="Size">How thoroughly.</param>
internal sealed record BenchOptions(IReadOnlyList<string> Names, bool Json, BenchSize Size, bool Help)
{
    /// <exception cref="BenchException">There is no such option.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        BenchOptions options = new([], Json: false, BenchSize.Full, Help: arguments.Count == 0);
        foreach (string argument in arguments)
        {
            options = argument switch
            {
                "--json" => options with { Json = true },
                "--quick" => options with { Size = BenchSize.Quick },
                "--smoke" => options with { Size = BenchSize.Smoke },
                "--help" or "-h" => options with { Help = true },
                ['-', ..] => throw new BenchException($"There is no option {argument}. --help names those there are."),
                _ => options with { Names = [.. options.Names, argument] },
            };
        }

        return options;
    }

    public static string Usage(IEnumerable<IScenario> scenarios) => $"""
        Measures Coordinator, the published programs on this machine, and compares with what they should reach.

          dotnet run -c Release --project bench -- <scenario>... [--quick | --smoke] [--json]

        Scenarios:
        {string.Join('\n', scenarios.Select(s => $"  {s.Name,-12} {s.Summary}"))}
          {"all",-12} every one of them but the dashboard, which takes a browser and 18 minutes

          --quick      shorter, and less exact
          --smoke      shorter still: shows that everything can be measured, and the numbers mean nothing
          --json       one line of JSON for each measurement

        The exit code is 0 if every bar was met, 1 if not (never with --smoke), 2 if something could not be measured.
        COORDINATOR_PATH and COORDINATOR_RUNNER_PATH name published programs to measure instead of the source tree's.
        """;
}
