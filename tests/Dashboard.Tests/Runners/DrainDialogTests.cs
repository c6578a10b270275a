using Bunit;
using Coordinator.Dashboard.Runners;
using Grpc.Core;

namespace Coordinator.Dashboard.Tests.Runners;

public sealed class DrainDialogTests : ComponentContext
{
    [Theory]
    [InlineData(0, "Nothing is running on it.")]
    [InlineData(1, "The session on it goes on to its end.")]
    [InlineData(3, "The 3 sessions on it go on to their ends.")]
    public void Open_SaysWhatBecomesOfItsSessions(int activeRuns, string words) =>
        Assert.EndsWith(words, Open("build", activeRuns).Find(".dialog-lead").TextContent.Trim(), StringComparison.Ordinal);

    [Fact]
    public void Open_HostileName_IsText()
    {
        var dialog = Open(Hostile);

        Assert.Equal($"Drain {Harmless}?", dialog.Find("h2").TextContent);
        Assert.Empty(dialog.FindAll("img"));
    }

    [Fact]
    public void Cancel_HasTheFocusAndDrainsNothing()
    {
        var dialog = Open("build");
        Assert.Equal("Cancel", dialog.Find("[autofocus]").TextContent);

        dialog.Find("[autofocus]").Click();

        Assert.Empty(Calls.Requests);
        Assert.Empty(Said);
    }

    [Fact]
    public void Drain_Refused_SaysWhy()
    {
        Calls.On<Proto.DrainRunnerRequest>(_ => throw new RpcException(new Status(StatusCode.NotFound, "It was removed.")));

        Open(Hostile).Find(".button-primary").Click();

        Assert.Equal($"{Harmless} was not drained: It was removed.", Assert.Single(Said));
    }

    private IRenderedComponent<DrainDialog> Open(string name, int activeRuns = 0)
    {
        var dialog = Render<DrainDialog>();
        dialog.InvokeAsync(() => dialog.Instance.Open(new Proto.Runner { RunnerId = "rnr_1", Name = name, ActiveRuns = activeRuns }));
        return dialog;
    }
}
