using Bunit;
using Coordinator.Dashboard.Sessions;
using Coordinator.Dashboard.Stops;
using Coordinator.Dashboard.Tests.Stops;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class BulkBarTests : ComponentContext
{
    private bool _cleared;

    [Fact]
    public void Bar_NothingSelected_IsNotThere() => Assert.Empty(Show().Markup.Trim());

    [Fact]
    public void Stop_Clicked_AsksAboutExactlyTheSelected()
    {
        Asked asked = new(Prompt);
        var bar = Show(Session(1), Session(4));
        Assert.Equal("2 selected", bar.Find("[role=region] span").TextContent);
        Assert.Equal("Selected sessions", bar.Find("[role=region]").GetAttribute("aria-label"));

        bar.Find(".button-stop").Click();

        Assert.Equal(["ses_000001", "ses_000004"], Assert.IsType<StopChoice.Selected>(asked.Choice).Sessions.Select(s => s.SessionId));
        Assert.Empty(Calls.Requests);
        Assert.False(_cleared);
    }

    [Fact]
    public void Clear_Clicked_TellsTheTable()
    {
        Show(Session(1)).Find(".button-quiet").Click();

        Assert.True(_cleared);
    }

    private IRenderedComponent<BulkBar> Show(params Proto.Session[] sessions) =>
        Render<BulkBar>(p => p.Add(b => b.Selected, sessions).Add(b => b.Cleared, () => _cleared = true));
}
