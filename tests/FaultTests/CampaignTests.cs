using Coordinator.FaultTests.Faults;
using Coordinator.Testing;

namespace Coordinator.FaultTests;

/// <summary>The short forms, and with COORDINATOR_LONG=1 the long ones, which are commands, too; see docs/reliability.md.</summary>
public sealed class CampaignTests
{
    /// <summary>Each kind of fault once.</summary>
    private static readonly int Rounds = TestForm.Of(FaultDeck.Size, 200);

    private static readonly int Kills = TestForm.Of(1, 50);

    [Fact]
    public async Task Campaign_OfManyFaults_BreaksNoPromise()
    {
        CampaignReport report = await Campaign.RunAsync(new CampaignSettings(Environment.TickCount, Rounds), Say);

        Say(report.ToString());
        Assert.True(report.Problems.Count == 0, report.ToString());
        Assert.Equal(FaultDeck.Size, report.Rounds.Take(FaultDeck.Size).Select(r => r.Fault.Kind).Distinct().Count());
    }

    [Theory]
    [InlineData(nameof(Victims.Coordinator))]
    [InlineData(nameof(Victims.Runner))]
    [InlineData(nameof(Victims.Both))]
    public async Task Kill_RightAfterAStopWasAnswered_TheRunEndsWithoutAnybodyAskingAgain(string victims)
    {
        KillReport report = await KillsAfterAnswer.RunAsync(Enum.Parse<Victims>(victims), Kills, Say);

        Say(report.ToString());
        Assert.True(report.Problems.Count == 0, report.ToString());
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
