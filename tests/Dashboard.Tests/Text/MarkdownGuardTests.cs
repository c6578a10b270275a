using Coordinator.Client.Text;
using Coordinator.Dashboard.Text;
using Coordinator.Testing.Waiting;

namespace Coordinator.Dashboard.Tests.Text;

public sealed class MarkdownGuardTests
{
    private static readonly string Code = string.Concat(Enumerable.Repeat("x[i_1] = *p_2[j];\n", 100));

    [Fact]
    public void IsHarmless_UsualMessages_Are()
    {
        Assert.True(MarkdownGuard.IsHarmless("# Plan\n\nSome **bold** _text_ with [a link](https://a.example).\n"));
        Assert.True(MarkdownGuard.IsHarmless(string.Concat(Enumerable.Repeat("- **item** in `a_list` of [many](x)\n", 300))));
        Assert.True(MarkdownGuard.IsHarmless($"```c\n{Code}```\n"));
        Assert.True(MarkdownGuard.IsHarmless($"~~~~\n```\n{Code}~~~~\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a\n  ```\nb\n")]
    [InlineData("``` a`b\n")]
    [InlineData("    ```\n")]
    [InlineData("```\nx\n```\n")]
    public void IsHarmless_DelimitersThatNoCodeBlockHolds_AreNot(string before) => Assert.False(MarkdownGuard.IsHarmless(before + Code));

    [Theory]
    [InlineData("[")]
    [InlineData("[a](")]
    [InlineData("![[")]
    [InlineData("~~a ")]
    [InlineData("*a ")]
    [InlineData("**a _b ")]
    [InlineData("> ")]
    [InlineData("[a]: b\n")]
    [InlineData("[a]: b\n\n")]
    [InlineData("| [a | *b |\n")]
    [InlineData("- ")]
    [InlineData("- a\n ")]
    [InlineData("1. ")]
    [InlineData("`a``b")]
    [InlineData("<a ")]
    [InlineData("http://a ")]
    [InlineData("a|b\n")]
    [InlineData("\\[")]
    public void Parse_WhateverTheText_EndsSoon(string part)
    {
        // As many delimiters as just pass, again and again; a browser's interpreter takes thirty to fifty times as long.
        string block = string.Concat(Enumerable.Repeat(part, 390 / Math.Max(1, part.Count(c => c is '[' or '*' or '_' or '~' or '>'))));
        string text = SafeText.Head(string.Concat(Enumerable.Repeat(block + "\n\n", 1 + (60_000 / block.Length))), 60_000);
        PromisedTime time = PromisedTime.Start();
        MarkdownText.Parse(text);
        time.Assert(TimeSpan.FromSeconds(1));
    }
}
