using Bunit;
using Coordinator.Dashboard.Sessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class StatusBadgeTests : ComponentContext
{
    [Theory]
    [InlineData(Proto.SessionStatus.Pending, "pending", "Pending")]
    [InlineData(Proto.SessionStatus.Running, "running", "Running")]
    [InlineData(Proto.SessionStatus.Stopping, "stopping", "Stopping")]
    [InlineData(Proto.SessionStatus.Stopped, "stopped", "Stopped")]
    [InlineData(Proto.SessionStatus.Finished, "finished", "Finished")]
    [InlineData(Proto.SessionStatus.Failed, "failed", "Failed")]
    public void Badge_EachStatus_IsToldByColourWordAndPicture(Proto.SessionStatus status, string colour, string word)
    {
        var badge = Show(status, null);

        Assert.Equal(word, badge.Find($".badge.badge-{colour} .badge-word").TextContent);
        Assert.NotEmpty(badge.Find("svg[aria-hidden=true]").Children);
    }

    [Fact]
    public void Badge_StatusOfANewerCoordinator_IsUnknown() =>
        Assert.Equal("Unknown", Show((Proto.SessionStatus)99, null).Find(".badge-unknown .badge-word").TextContent);

    [Fact]
    public void Badge_Stopping_SaysHowFarItIs()
    {
        Proto.StopRecord stop = new() { RequestedTime = Ago(1) };
        Assert.Equal("waiting for the runner", Show(Proto.SessionStatus.Stopping, stop).Find(".badge-phase").TextContent);

        stop.KilledTime = Ago(0);

        Assert.Equal("SIGKILL", Show(Proto.SessionStatus.Stopping, stop).Find(".badge-phase").TextContent);
    }

    [Fact]
    public void Badge_Stopped_HasNoPhaseAnyMore() =>
        Assert.Empty(Show(Proto.SessionStatus.Stopped, new() { RequestedTime = Ago(1), EndedTime = Ago(0) }).FindAll(".badge-phase"));

    private IRenderedComponent<StatusBadge> Show(Proto.SessionStatus status, Proto.StopRecord? stop) =>
        Render<StatusBadge>(p => p.Add(b => b.Status, status).Add(b => b.Stop, stop));
}
