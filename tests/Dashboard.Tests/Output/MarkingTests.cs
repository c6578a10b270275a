using Coordinator.Dashboard.Output;
using Coordinator.Dashboard.Text;

namespace Coordinator.Dashboard.Tests.Output;

public sealed class MarkingTests
{
    [Fact]
    public void Mark_HitsAcrossColours_AreAllMarked()
    {
        AnsiRun[] runs = [new("an er", ""), new("ror and", "red"), new(" no Error", "")];
        Assert.Equal(
            [new("an ", "", false), new("er", "", true), new("ror", "red", true), new(" and", "red", false), new(" no ", "", false), new("Error", "", true)],
            Marking.Mark(runs, "error"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nowhere")]
    public void Mark_NoHit_LeavesTheRuns(string text) => Assert.Equal([new("some", "a", false), new("thing", "b", false)], Marking.Mark([new("some", "a"), new("thing", "b")], text));

    [Fact]
    public void Mark_AnyText_LosesNothing()
    {
        Random random = new(5);
        for (int round = 0; round < 2_000; round++)
        {
            AnsiRun[] runs = [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => new AnsiRun(Letters(random, random.Next(1, 6)), $"s{i}"))];
            string text = Letters(random, random.Next(1, 4));
            MarkedRun[] marked = [.. Marking.Mark(runs, text)];
            string whole = string.Concat(runs.Select(r => r.Text));
            Assert.Equal(whole, string.Concat(marked.Select(m => m.Text)));
            Assert.Equal(whole.Split(text).Length - 1, string.Concat(marked.Select(m => m.IsHit ? m.Text : new string('.', m.Text.Length))).Split(text).Length - 1);
        }

        static string Letters(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(_ => "ab"[random.Next(2)]));
    }
}
