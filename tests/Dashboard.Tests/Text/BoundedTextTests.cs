using Bunit;
using Coordinator.Dashboard.Text;

namespace Coordinator.Dashboard.Tests.Text;

public sealed class BoundedTextTests : BunitContext
{
    [Fact]
    public void Render_Markup_IsText()
    {
        var view = Render<BoundedText>(p => p.Add(v => v.Text, "<img src=x onerror=alert(1)>"));
        Assert.Empty(view.FindAll("img"));
        Assert.Equal("<img src=x onerror=alert(1)>", view.Find(".bounded").TextContent);
    }

    [Fact]
    public void Render_LongText_ShowsTheRestOnDemandAndForgetsThatForAnother()
    {
        var view = Render<BoundedText>(p => p.Add(v => v.Text, "abcdef").Add(v => v.Limit, 4));
        Assert.Equal("abcd", view.Find(".bounded").TextContent);
        view.Find("button").Click();
        Assert.Equal("abcdef", view.Find(".bounded").TextContent);
        view.Render(p => p.Add(v => v.Text, "ghijkl"));
        Assert.Equal("ghij", view.Find(".bounded").TextContent);
    }
}
