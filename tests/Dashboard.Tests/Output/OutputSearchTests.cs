using Coordinator.Dashboard.Output;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class OutputSearchTests
{
    private static readonly OutputSearch Three = OutputSearch.For("x").Found(new() { Sequences = { 10, 20, 30 }, SearchedSequence = 100 });

    [Theory]
    [InlineData(1, "1 of 3")]
    [InlineData(10, "1 of 3")]
    [InlineData(11, "2 of 3")]
    [InlineData(31, "1 of 3")]
    public void From_Sequence_IsTheFirstHitAtOrAfterIt(long sequence, string words) => Assert.Equal(words, Three.From(sequence).Words);

    [Fact]
    public void Next_AfterTheLast_IsTheFirstAgain() => Assert.Equal(10, Three.From(30).Next(newest: 100)!.Hit);

    [Fact]
    public void Next_AfterTheLastWhileEventsCame_AsksForMore() => Assert.Null(Three.From(30).Next(newest: 101));

    [Fact]
    public void Previous_BeforeTheFirst_IsTheLast() => Assert.Equal(30, Three.From(1).Previous().Hit);

    [Fact]
    public void Words_EachState_SaysWhatIsKnown()
    {
        Assert.Equal("", OutputSearch.None.Words);
        Assert.Equal("Searching …", OutputSearch.For("x").Words);
        Assert.Equal("No matches", OutputSearch.For("x").Found(new()).Words);
        Assert.Equal("1 of 1,200+", OutputSearch.For("x").Found(new() { Sequences = { Enumerable.Range(1, 1_200).Select(i => (long)i) }, More = true }).From(1).Words);
        Assert.Equal("The coordinator cannot be reached.", OutputSearch.For("x").Failed("The coordinator cannot be reached.").Words);
    }
}
