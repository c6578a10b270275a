using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Tests.Executors;

/// <summary>What results add, by how their totals are counted: per process, or per conversation.</summary>
public sealed class UsageMeterTests
{
    [Fact]
    public void Finished_TotalsOfTheConversation_AddWhatTheyGrewBy()
    {
        UsageMeter meter = new(Totals(1000, 6_600));

        meter.Finished(Tokens(1000), Counts(2000, 13_200), delta: null, hasCost: true, turns: 1);

        AssertUsed(meter, 1000, 6_600);
        Assert.Equal((2000, 13_200), (meter.Conversation!.InputTokens, meter.Conversation.CostMicros));
    }

    [Fact]
    public void Finished_TotalsSmallerThanBefore_BeganAnew()
    {
        UsageMeter meter = new(Totals(5000, 33_000));

        meter.Finished(Tokens(1000), Counts(1000, 6_600), delta: null, hasCost: true, turns: 1);

        AssertUsed(meter, 1000, 6_600);
    }

    [Fact]
    public void Finished_TotalsOfTheProcessThatHappenToBeTheSame_BeganAnew()
    {
        UsageMeter meter = new(Totals(1000, 18_000));

        meter.Finished(Tokens(1000), Counts(1000, 18_000), delta: null, hasCost: true, turns: 1);

        AssertUsed(meter, 1000, 18_000);
    }

    [Fact]
    public void Finished_TotalsOfTheProcessThatAreSlightlyLarger_BeganAnew()
    {
        UsageMeter meter = new(Totals(1000, 18_000));

        meter.Finished(Tokens(1100), Counts(1100, 19_000), delta: null, hasCost: true, turns: 1);

        AssertUsed(meter, 1100, 19_000);
    }

    [Fact]
    public void Finished_OnlyACostIsTotalled_TokensAreThoseOfTheResult()
    {
        UsageMeter meter = new(Totals(0, 400_000));

        meter.Finished(Tokens(1200), Counts(0, 421_700), delta: null, hasCost: true, turns: 7);

        AssertUsed(meter, 1200, 21_700);
    }

    [Fact]
    public void Finished_Twice_AddsUp()
    {
        UsageMeter meter = new(before: null);
        meter.Answered("m1", Tokens(900));
        meter.Finished(Tokens(1000), Counts(1000, 6_600), delta: null, hasCost: true, turns: 1);
        meter.Answered("m2", Tokens(50));
        AssertUsed(meter, 1050, 6_600);

        meter.Finished(Tokens(1000), Counts(2000, 13_200), delta: null, hasCost: true, turns: 2);

        AssertUsed(meter, 2000, 13_200);
        Assert.Equal((3, 2), (meter.ToProto()!.Turns, meter.ToProto()!.ModelCalls));
    }

    [Fact]
    public void Finished_WithoutTotals_KeepsNoneForTheConversation()
    {
        UsageMeter meter = new(before: null);

        meter.Finished(Tokens(5), total: null, delta: null, hasCost: false, turns: 1);

        AssertUsed(meter, 5, 0);
        Assert.Null(meter.Conversation);
        Assert.Equal(Proto.CostSource.Unspecified, meter.ToProto()!.CostSource);
    }

    [Fact]
    public void Sums_OfAbsurdNumbers_StayWithinTheirBounds()
    {
        UsageMeter meter = new(new Proto.Usage { InputTokens = -4, CostMicros = long.MaxValue });
        for (int i = 0; i < 5; i++)
            meter.Answered("", Tokens(UsageCounts.MaxTokens));

        Assert.Equal(UsageCounts.MaxTokens, meter.ToProto()!.InputTokens);
    }

    [Fact]
    public void Answers_Many_AreStillTheirOwn()
    {
        UsageMeter meter = new(before: null);
        for (int i = 0; i < 1000; i++)
        {
            meter.Answered($"m{i}", Tokens(1));
            meter.Answered($"m{i}", Tokens(2));
        }

        Assert.Equal((2000, 1000), (meter.ToProto()!.InputTokens, meter.ToProto()!.ModelCalls));
    }

    [Fact]
    public void Denials_AreAtMostFifty()
    {
        UsageMeter meter = new(before: null);
        for (int i = 0; i < 80; i++)
            meter.Denied("Bash", $"t{i}");

        Assert.Equal(50, meter.ToProto()!.PermissionDenials.Count);
    }

    private static UsageCounts Tokens(long input) => new(input, 0, 0, 0, 0, 0);

    private static UsageCounts Counts(long input, long costMicros) => new(input, 0, 0, 0, 0, costMicros);

    private static Proto.Usage Totals(long input, long costMicros) => new() { InputTokens = input, CostMicros = costMicros };

    private static void AssertUsed(UsageMeter meter, long input, long costMicros) =>
        Assert.Equal((input, costMicros), (meter.ToProto()!.InputTokens, meter.ToProto()!.CostMicros));
}
