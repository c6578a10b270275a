using Bunit;
using Coordinator.Dashboard.Stops;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Dashboard.Tests.Stops;

public sealed class StopStripTests : ComponentContext
{
    [Fact]
    public void Steps_UnderWay_ShowTheirTimesAndWhereItIs()
    {
        var strip = Render<StopStrip>(p => p.Add(s => s.Record, new Proto.StopRecord
        {
            RequestedTime = At(0),
            SentTime = At(2),
            ReceivedTime = At(4),
            GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
        }));

        Assert.Equal(
            ["requested", "sent", "received", "sigterm", "sigkill", "ended"],
            strip.FindAll(".stop-step-name").Select(n => n.TextContent.ToLowerInvariant()));
        Assert.Equal("4.0 ms", strip.FindAll(".stop-step-time")[2].TextContent);
        Assert.Contains("stop-step-current", strip.FindAll(".stop-step")[3].ClassList);
        Assert.Equal("", strip.FindAll(".stop-step-time")[5].TextContent);
    }

    [Fact]
    public void Sigkill_WasNotNeeded_SaysSo()
    {
        var strip = Render<StopStrip>(p => p.Add(s => s.Record, new Proto.StopRecord
        {
            RequestedTime = At(0),
            SentTime = At(1),
            ReceivedTime = At(2),
            SignalledTime = At(3),
            EndedTime = At(840),
            Outcome = Proto.StopOutcome.Proved,
        }));

        Assert.Equal("not needed", strip.FindAll(".stop-step-time")[4].TextContent);
        Assert.DoesNotContain(strip.FindAll(".stop-step"), s => s.ClassList.Contains("stop-step-current"));
    }

    private Timestamp At(int milliseconds) => Timestamp.FromDateTimeOffset(Time.GetUtcNow().AddMilliseconds(milliseconds));
}
