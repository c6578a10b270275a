using System.Diagnostics;
using System.Globalization;
using Coordinator.Simulation;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// Started with --histories or --seed it plays histories; everything else is what the test framework would generate.
if (args is ["--seed", var told])
{
    Outcome outcome = Campaign.Tell(int.Parse(told, CultureInfo.InvariantCulture), new Settings());
    Console.Write(outcome.Story);
    Console.WriteLine(outcome.Problem ?? $"Seed {outcome.Seed}: nothing went wrong in {outcome.Steps:N0} steps with {outcome.Commits:N0} commits.");
    return outcome.Problem is null ? 0 : 1;
}

if (args is ["--histories", var number, ..])
{
    int first = args is [_, _, "--from", var from, ..] ? int.Parse(from, CultureInfo.InvariantCulture) : 1;
    int histories = int.Parse(number, CultureInfo.InvariantCulture);
    Stopwatch watch = Stopwatch.StartNew();
    int played = 0;
    IReadOnlyList<Outcome> wrong = Campaign.Play(Enumerable.Range(first, histories), new Settings(), Environment.ProcessorCount, args.Contains("--stop-at-first"), count =>
    {
        played = count;
        if (count % 1_000 == 0)
            Console.Error.WriteLine($"{count:N0} histories, {count / watch.Elapsed.TotalSeconds:0} a second");
    });
    foreach (Outcome outcome in wrong)
        Console.WriteLine($"seed {outcome.Seed}: {outcome.Problem}");
    Console.WriteLine($"{played:N0} histories in {watch.Elapsed.TotalSeconds:0.0} s, {wrong.Count} went wrong. Tell one with --seed <number>.");
    return wrong.Count == 0 ? 0 : 1;
}

return args.Contains("--server") || args.Contains("--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
