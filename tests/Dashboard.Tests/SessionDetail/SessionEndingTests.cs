using Bunit;
using Coordinator.Dashboard.SessionDetail;
using Google.Protobuf.WellKnownTypes;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

public sealed class SessionEndingTests : ComponentContext
{
    [Fact]
    public void Stopped_ShowsTheProof()
    {
        Proto.Session session = Stopping(Proto.SessionStatus.Stopped, 1);
        (session.Stop.EndedTime, session.Stop.Outcome, session.Stop.Signal) = (Ago(0.16), Proto.StopOutcome.Proved, "SIGTERM");
        (session.Stop.ProcessesEnded, session.Stop.ProcessesLeft) = (3, 0);

        var ending = Show(session);

        Assert.Equal("Session 1 stopped in 840 ms (SIGTERM), nothing left running.", ending.Find(".ending-summary").TextContent);
        Assert.Contains("ended by SIGTERM; 3 processes ended, 0 left.", ending.Find(".ending-detail").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_NamesWhatItEnded()
    {
        Proto.Session session = Stopping(Proto.SessionStatus.Stopped, 1);
        (session.Stop.EndedTime, session.Stop.ProcessesEnded, session.Stop.ProcessesLeft) = (Ago(0.16), 3, 0);
        session.EndedCommands.Add(["claude", Hostile]);

        Assert.Contains($"3 processes ended (claude, {Harmless} and 1 more), 0 left.", Show(session).Find(".ending-detail").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Failed_SeveralLines_StayLines()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Failed);
        session.Failure = new() { Reason = "EXIT_CODE", Message = "The agent exited with code 1. Its standard error ends with: one\ntwo" };

        Assert.EndsWith("one\ntwo", Show(session).Find(".ending-summary").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_RunnerHasNotReceivedIt_NeverLooksStopped()
    {
        var ending = Show(Stopping(Proto.SessionStatus.Stopping, 5));

        Assert.Contains("host-1 has not received it yet", ending.Find(".ending-summary").TextContent, StringComparison.Ordinal);
        Assert.Contains("may still be running", ending.Find(".ending-summary").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("0 left", ending.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_TimePasses_IsCountedWithoutTheCoordinator()
    {
        Proto.Session session = Stopping(Proto.SessionStatus.Stopping, 1);
        session.Stop.ReceivedTime = Ago(1);
        var ending = Show(session);
        Assert.Equal("Stopping for 1.00 s: received.", ending.Find(".ending-summary").TextContent);

        Time.Advance(TimeSpan.FromSeconds(3));

        ending.WaitForAssertion(() => Assert.Equal("Stopping for 4.00 s: received.", ending.Find(".ending-summary").TextContent));
    }

    [Fact]
    public void Failed_SaysWhyAsText()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Failed);
        session.Failure = new() { Reason = "RUNNER_LOST", Message = Hostile };

        var ending = Show(session);

        Assert.Equal($"RUNNER_LOST {Harmless}", ending.Find(".ending-summary").TextContent);
        Assert.Empty(ending.FindAll("img, .stop-strip"));
    }

    private Proto.Session Stopping(Proto.SessionStatus status, double secondsAgo)
    {
        Proto.Session session = Session(1, status);
        session.Stop = new() { RequestedTime = Ago(secondsAgo), SentTime = Ago(secondsAgo), RequestedBy = "me", GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)) };
        return session;
    }

    private IRenderedComponent<SessionEnding> Show(Proto.Session session) => Render<SessionEnding>(p => p.Add(e => e.Session, session));
}
