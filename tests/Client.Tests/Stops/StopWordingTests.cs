using Coordinator.Client.Stops;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Client.Tests.Stops;

public sealed class StopWordingTests
{
    private static readonly Proto.Session Session = new() { SessionId = "ses_01m82rm9dv94zc0ngw15m8f7jr", SessionName = "Fix it", Hostname = "runner-04" };

    [Theory]
    [InlineData(StatusCode.NotFound, "SESSION_NOT_FOUND", "Fix it no longer exists; somebody has deleted it.")]
    [InlineData(StatusCode.FailedPrecondition, "SESSION_NOT_RUNNING", "Fix it is no longer running; there is nothing to stop.")]
    [InlineData(StatusCode.FailedPrecondition, "NO_ACTIVE_RUN", "Fix it has no run; there is nothing to stop.")]
    [InlineData(StatusCode.PermissionDenied, "", "You may view but not stop this session.")]
    [InlineData(StatusCode.InvalidArgument, "INVALID_ARGUMENT", "Fix it was not stopped: the detail")]
    public void Refused_EachError_HasASentenceOfItsOwn(StatusCode code, string reason, string sentence) =>
        Assert.Equal(sentence, StopWording.Refused(Session, code, reason, "the detail"));

    [Theory]
    [InlineData(Proto.StopDelivery.Sent, false, "Stop requested for Fix it. Waiting for runner-04.")]
    [InlineData(Proto.StopDelivery.Sent, true, "Fix it was already stopping. Waiting for runner-04.")]
    [InlineData(Proto.StopDelivery.NotStarted, false, "Fix it was removed from the queue. It never started.")]
    [InlineData(Proto.StopDelivery.QueuedRunnerOffline, false, "runner-04 is offline. The stop of Fix it is stored and delivered on reconnect; the process may still be running.")]
    public void Acknowledged_EachDelivery_NeverSaysThatItHasStopped(Proto.StopDelivery delivery, bool already, string sentence)
    {
        Assert.Equal(sentence, StopWording.Acknowledged(Session, new() { Delivery = delivery, AlreadyStopping = already }));
        Assert.DoesNotContain("stopped", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_Proved_SaysHowLongHowAndThatNothingIsLeft()
    {
        Proto.Session session = Session.Clone();
        session.Status = Proto.SessionStatus.Stopped;
        session.Stop = new()
        {
            Outcome = Proto.StopOutcome.Proved,
            RequestedTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            EndedTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddMilliseconds(1840)),
        };
        Assert.Equal("Fix it stopped in 1.84 s (SIGTERM), nothing left running.", StopWording.Outcome(session));
        session.Stop.Escalated = true;
        Assert.Contains("(SIGKILL after the grace period)", StopWording.Outcome(session), StringComparison.Ordinal);
        session.Stop.Outcome = Proto.StopOutcome.TooLate;
        session.Status = Proto.SessionStatus.Finished;
        Assert.Equal("Fix it had already ended by itself before the stop: finished.", StopWording.Outcome(session));
    }

    [Fact]
    public void Progress_StopThatTakesLong_SaysWhatItWaitsFor()
    {
        DateTimeOffset requested = DateTimeOffset.UnixEpoch;
        Proto.Session session = Session.Clone();
        session.Status = Proto.SessionStatus.Stopping;
        session.Stop = new() { RequestedTime = Timestamp.FromDateTimeOffset(requested), GracePeriod = new() { Seconds = 10 } };
        Assert.Equal("Stopping for 1.00 s: waiting for the runner.", At(1));
        Assert.StartsWith("Stop requested 3.00 s ago; runner-04 has not received it yet.", At(3), StringComparison.Ordinal);
        session.Stop.ReceivedTime = session.Stop.SignalledTime = Timestamp.FromDateTimeOffset(requested.AddSeconds(1));
        Assert.Equal("Still stopping after 4.00 s; SIGKILL in 6.00 s.", At(5));
        session.Stop.KilledTime = Timestamp.FromDateTimeOffset(requested.AddSeconds(11));
        Assert.Equal("No exit 3.00 s after SIGKILL.", At(14));
        session.Status = Proto.SessionStatus.Stopped;
        Assert.Equal(StopWording.Outcome(session), At(15));

        string At(double seconds) => StopWording.Progress(session, session.Stop, requested.AddSeconds(seconds));
    }

    [Fact]
    public void Proof_SaysWhatEndedTheAgentAndWhatElseHadToBeEnded()
    {
        Assert.Equal("The agent was ended by SIGTERM; 1 process ended, 0 left.", StopWording.Proof(new() { Signal = "SIGTERM", ProcessesEnded = 1 }, []));
        Assert.Equal("The agent exited with code 3; 2 processes ended (sh and 1 more), 0 left.", StopWording.Proof(new() { ExitCode = 3, ProcessesEnded = 2 }, ["sh"]));
    }
}
