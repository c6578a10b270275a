using System.Globalization;
using Coordinator.FaultTests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// Started with --rounds or --kills it breaks things for as long as wanted; everything else is what the test framework would generate.
if (args is ["--rounds", var rounds, ..])
{
    int seed = args is [_, _, "--seed", var given, ..] ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
    CampaignSettings settings = new(seed, int.Parse(rounds, CultureInfo.InvariantCulture));
    Console.WriteLine($"Seed {settings.Seed}, {settings.Rounds} rounds on {settings.Machines} machines");
    try
    {
        CampaignReport report = await Campaign.RunAsync(settings, Console.WriteLine);
        Console.WriteLine(report);
        return report.Problems.Count == 0 ? 0 : 1;
    }
    catch (CampaignException exception)
    {
        Console.Error.WriteLine(exception);
        return 1;
    }
}

if (args is ["--kills", var kills])
{
    bool isGood = true;
    foreach (Victims victims in Enum.GetValues<Victims>())
    {
        KillReport report = await KillsAfterAnswer.RunAsync(victims, int.Parse(kills, CultureInfo.InvariantCulture), Console.WriteLine);
        Console.WriteLine(report);
        isGood &= report.Problems.Count == 0;
    }

    return isGood ? 0 : 1;
}

return args.Contains("--server") || args.Contains("--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
