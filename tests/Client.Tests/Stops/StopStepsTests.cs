using Coordinator.Client.Stops;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Client.Tests.Stops;

public sealed class StopStepsTests
{
    [Fact]
    public void Of_StopInFlight_HasOneCurrentStep()
    {
        Proto.StopRecord record = new() { RequestedTime = At(0), SentTime = At(2), Outcome = Proto.StopOutcome.InProgress };
        Assert.Equal("DDCAAA", States(record));
        record.ReceivedTime = At(3);
        Assert.Equal("DDDCAA", States(record));
        record.SignalledTime = At(4);
        Assert.Equal("DDDDAC", States(record));
        record.KilledTime = At(10_004);
        Assert.Equal("DDDDDC", States(record));
    }

    [Fact]
    public void Of_ForcedStop_GoesStraightToSigkill()
    {
        Proto.StopRecord record = new() { RequestedTime = At(0), SentTime = At(2), ReceivedTime = At(3), Force = true, Outcome = Proto.StopOutcome.InProgress };
        Assert.Equal("DDDACA", States(record));
        record.KilledTime = At(4);
        Assert.Equal("DDDSDC", States(record));
    }

    [Fact]
    public void Of_StopThatIsOver_CallsTheRestSkipped()
    {
        Proto.StopRecord record = new()
        {
            RequestedTime = At(0),
            SentTime = At(2),
            ReceivedTime = At(3),
            SignalledTime = At(4),
            EndedTime = At(840),
            Outcome = Proto.StopOutcome.Proved,
        };
        Assert.Equal("DDDDSD", States(record));
        Assert.Equal(TimeSpan.FromMilliseconds(840), StopSteps.Total(record));
        Assert.Equal("DSSSSD", States(new() { RequestedTime = At(0), EndedTime = At(1), Outcome = Proto.StopOutcome.NeverStarted }));
        Assert.Equal("DSSSSS", States(new() { RequestedTime = At(0), Outcome = Proto.StopOutcome.Unproved }));
    }

    private static Timestamp At(int milliseconds) => Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds));

    private static string States(Proto.StopRecord record) => string.Concat(StopSteps.Of(record).Select(s => s.State.ToString()[0]));
}
