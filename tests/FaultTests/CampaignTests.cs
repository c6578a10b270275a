namespace Coordinator.FaultTests;

/// <summary>The short forms; the long ones are commands of their own, see docs/reliability.md.</summary>
public sealed class CampaignTests
{
    private const int Rounds = 12;
    private const int Kills = 4;

    [Fact]
    public async Task Campaign_OfManyFaults_BreaksNoPromise()
    {
        CampaignReport report = await Campaign.RunAsync(Environment.TickCount, Rounds, say: _ => { });

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.True(report.Problems.Count == 0, report.ToString());
    }

    [Theory]
    [InlineData(nameof(Victims.Coordinator))]
    [InlineData(nameof(Victims.Runner))]
    [InlineData(nameof(Victims.Both))]
    public async Task Kill_RightAfterAStopWasAnswered_TheRunEndsWithoutAnybodyAskingAgain(string victims)
    {
        KillReport report = await KillsAfterAnswer.RunAsync(Enum.Parse<Victims>(victims), Kills);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.True(report.Problems.Count == 0, report.ToString());
    }
}
