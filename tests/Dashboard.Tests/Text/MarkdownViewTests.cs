using AngleSharp.Dom;
using Bunit;
using Coordinator.Dashboard.Text;
using Coordinator.Testing.Waiting;

namespace Coordinator.Dashboard.Tests.Text;

public sealed class MarkdownViewTests : BunitContext
{
    [Fact]
    public void Render_UsualMarkdown_BecomesElements()
    {
        IElement shown = Show("# Plan\n\n1. **Read** the `code`\n2. *Fix* it\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n```cs\nint x = 1 < 2;\n```\n\n> said\n\n- [x] done");
        Assert.Equal("Plan", shown.QuerySelector("h4")!.TextContent);
        Assert.Equal(["Read the code", "Fix it"], shown.QuerySelectorAll("ol > li").Select(e => e.TextContent));
        Assert.Equal("Read", shown.QuerySelector("strong")!.TextContent);
        Assert.Equal(["a", "b"], shown.QuerySelectorAll("th").Select(e => e.TextContent));
        Assert.Equal("2", shown.QuerySelector("td s")!.TextContent);
        Assert.Equal("int x = 1 < 2;", shown.QuerySelector("pre > code[data-language=cs]")!.TextContent);
        Assert.Equal("said", shown.QuerySelector("blockquote")!.TextContent.Trim());
        Assert.Equal("☑ done", shown.QuerySelector("ul > li")!.TextContent.Trim());
    }

    [Theory]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("a <script>alert(1)</script> b")]
    [InlineData("<div onclick=\"x()\">\n\nhello\n\n</div>")]
    [InlineData("<!-- hidden -->")]
    [InlineData("| a |\n|---|\n| <iframe src=x> |")]
    [InlineData("[<svg onload=x>](https://a.example)")]
    [InlineData("```\"><script>x</script>\n```")]
    public void Render_Html_IsText(string markdown)
    {
        IElement shown = Show(markdown);
        Assert.Empty(shown.QuerySelectorAll("img, script, iframe, svg, div[onclick], style, object"));
        Assert.DoesNotContain(shown.QuerySelectorAll("*"), e => e.Attributes.Any(a => a.Name.StartsWith("on", StringComparison.Ordinal)));
    }

    [Fact]
    public void Render_Html_LosesNothing() => Assert.Equal("<img src=x onerror=alert(1)>", Show("<img src=x onerror=alert(1)>").TextContent.Trim());

    [Theory]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](java\tscript:alert(1))")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](data:text/html,hi)")]
    [InlineData("[x](file:///etc/passwd)")]
    [InlineData("[x](//evil.example)")]
    [InlineData("[x](src/Program.cs)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](javascript:alert(1))")]
    public void Render_AddressAPageMayNotLeadTo_IsNoLink(string markdown) => Assert.Empty(Show(markdown).QuerySelectorAll("a, img"));

    [Theory]
    [InlineData("https://good.example/a", "https://good.example/a", null)]
    [InlineData("[good.example](https://good.example/a)", "https://good.example/a", null)]
    [InlineData("[the docs](https://docs.example/a)", "https://docs.example/a", "docs.example")]
    [InlineData("[https://good.example](https://evil.example)", "https://evil.example/", "evil.example")]
    [InlineData("[good.example.evil.example](https://good.example)", "https://good.example/", "good.example")]
    [InlineData("<https://good.example@evil.example/>", "https://good.example@evil.example/", "evil.example")]
    [InlineData("[mail](mailto:a@b.example)", "mailto:a@b.example", "a@b.example")]
    [InlineData("<a@b.example>", "mailto:a@b.example", null)]
    public void Render_Link_SaysWhereItLeads(string markdown, string address, string? where)
    {
        IElement shown = Show(markdown);
        IElement link = Assert.Single(shown.QuerySelectorAll("a"));
        Assert.Equal(address, link.GetAttribute("href"));
        Assert.Equal("noopener noreferrer nofollow", link.GetAttribute("rel"));
        Assert.Equal("_blank", link.GetAttribute("target"));
        Assert.Equal(where is null ? null : $" ({where})", shown.QuerySelector(".md-where")?.TextContent);
    }

    [Fact]
    public void Render_LookalikeHost_IsShownEncoded() =>
        Assert.Equal(" (xn--pple-43d.example)", Show("[apple](https://аpple.example)").QuerySelector(".md-where")!.TextContent);

    [Fact]
    public void Render_Image_IsALinkAndNeverFetched()
    {
        IElement shown = Show("![a chart](https://tracker.example/p.png)");
        Assert.Empty(shown.QuerySelectorAll("img"));
        Assert.Equal("Image: a chart", shown.QuerySelector("a")!.TextContent);
    }

    [Fact]
    public void Render_Bidi_IsWrittenOut() => Assert.Contains("invoice⟨U+202E⟩fdp", Show("**invoice\u202Efdp**").TextContent, StringComparison.Ordinal);

    [Theory]
    [InlineData(">")]
    [InlineData("- ")]
    [InlineData("[")]
    [InlineData("*a ")]
    [InlineData("**a _b ")]
    [InlineData("`")]
    [InlineData("![[")]
    [InlineData("| ")]
    [InlineData("<a")]
    [InlineData("&#")]
    [InlineData("~~")]
    [InlineData("*")]
    [InlineData("[a](")]
    public async Task Render_DeepOrPathologicalText_EndsSoonAndShowsIt(string part)
    {
        string text = string.Concat(Enumerable.Repeat(part, 64_000 / part.Length)) + " end";
        Task<string> shown = Task.Run(() =>
        {
            var view = Render<MarkdownView>(p => p.Add(v => v.Text, text).Add(v => v.Limit, 8_000));
            return view.Find("button.more").TextContent;
        });
        Assert.EndsWith("more characters", await shown.WithTimeout(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a[0 and b[1 are not closed")]
    [InlineData("one | two")]
    [InlineData("2 * 3 and snake_case_name")]
    [InlineData("![ and ]( and ~~")]
    public void Render_DelimitersOfNothing_AreText(string text) => Assert.Equal(text, Show(text).TextContent.Trim());

    [Theory]
    [InlineData("[", "", 3_000)]
    [InlineData("| ", "", 3_000)]
    [InlineData("**", "**", 1_500)]
    [InlineData("> ", "", 3_000)]
    [InlineData("[", "](https://a.example)", 200)]
    public void Render_DeepText_FitsIntoTheStackOfABrowser(string before, string after, int levels)
    {
        string text = string.Concat(Enumerable.Repeat(before, levels)) + "x" + string.Concat(Enumerable.Repeat(after, levels));
        string? shown = null;
        // Far less than a thread has here: what interprets it in a browser needs more for each call.
        Thread thread = new(() => shown = Show(text).TextContent, maxStackSize: 128 * 1024);
        thread.Start();
        Assert.True(thread.Join(Timeouts.Default));
        Assert.Contains("x", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LongText_ShowsTheRestOnDemand()
    {
        var view = Render<MarkdownView>(p => p.Add(v => v.Text, new string('x', 9_000) + "end").Add(v => v.Limit, 8_000));
        Assert.Equal("… 1,003 more characters", view.Find("button.more").TextContent);
        view.Find("button.more").Click();
        Assert.EndsWith("end", view.Find("p").TextContent, StringComparison.Ordinal);
        Assert.Empty(view.FindAll("button.more"));
    }

    private IElement Show(string markdown) => Render<MarkdownView>(p => p.Add(v => v.Text, markdown)).Find(".markdown");
}
