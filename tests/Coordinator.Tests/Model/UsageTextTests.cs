using Coordinator.Model;

namespace Coordinator.Tests.Model;

public sealed class UsageTextTests
{
    [Theory]
    [InlineData(421_700, "$0.42")]
    [InlineData(0, "$0.00")]
    [InlineData(1_234_567_890, "$1,234.57")]
    [InlineData(13_200, "$0.0132")]
    [InlineData(50_000, "$0.05")]
    [InlineData(3, "under $0.0001")]
    public void Cost_IsAsExactAsItMatters(long micros, string words) =>
        Assert.Equal(words, UsageText.Of(new Usage { CostMicros = micros, CostSource = CostSource.Reported }));

    [Fact]
    public void Parts_ThatAreNotKnown_AreLeftOut()
    {
        Assert.Equal("", UsageText.Of(Usage.None));
        Assert.Equal(
            "1 turn · 60 in, 5 out",
            UsageText.Of(new Usage { Turns = 1, InputTokens = 10, CacheReadTokens = 20, CacheWriteTokens = 30, OutputTokens = 5 }));
        Assert.Equal("about $1.00", UsageText.Of(new Usage { CostMicros = 1_000_000, CostSource = CostSource.Calculated }));
    }

    [Fact]
    public void Tools_EachNamedOnceAndNotAll()
    {
        string[] tools = ["Bash", "Bash", "Edit", "", "Write", "Read"];
        PermissionDenials denials = new(tools.Select(name => new PermissionDenial(name, "")));

        Assert.Equal("6 tools refused: Bash, Edit, unnamed and 2 more", UsageText.Of(new Usage { Denials = denials }));
    }

    [Fact]
    public void Sums_NeverOverflow()
    {
        Usage much =
            new() { InputTokens = long.MaxValue, CostMicros = long.MaxValue, Turns = int.MaxValue, CacheReadTokens = long.MaxValue };

        Usage sum = much + much;

        Assert.Equal((long.MaxValue, int.MaxValue), (sum.InputTokens, sum.Turns));
        Assert.StartsWith("2,147,483,647 turns", UsageText.Of(sum), StringComparison.Ordinal);
    }
}
