using Bunit;
using Coordinator.Dashboard.SessionDetail;
using Coordinator.Dashboard.Stops;
using Coordinator.Dashboard.Tests.Stops;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

public sealed class SessionHeaderTests : ComponentContext
{
    [Theory]
    [InlineData(Proto.SessionStatus.Pending, "Stop session")]
    [InlineData(Proto.SessionStatus.Running, "Stop session")]
    [InlineData(Proto.SessionStatus.Stopping, "Kill now")]
    [InlineData(Proto.SessionStatus.Stopped, "Resume")]
    [InlineData(Proto.SessionStatus.Finished, "Resume")]
    [InlineData(Proto.SessionStatus.Failed, "Resume")]
    public void Actions_EachStatus_BeginWithWhatIsLegal(Proto.SessionStatus status, string first)
    {
        Proto.Session session = Session(1, status);
        session.Stop = new() { RequestedTime = Ago(1) };

        Assert.Equal(first, Show(session).Find(".session-actions > *").TextContent.Trim());
    }

    [Fact]
    public void Usage_IsThereOnceItIsKnown()
    {
        Proto.Session session = Session(1);
        Assert.DoesNotContain(Show(session).FindAll("dt"), dt => dt.TextContent == "Used");

        session.Usage = new() { Summary = "$0.42 · 7 turns · 1,200 in, 34 out · 1 tool refused: Bash" };

        Assert.Equal(session.Usage.Summary, Show(session).FindAll("dt").Single(dt => dt.TextContent == "Used").NextElementSibling!.TextContent);
    }

    [Fact]
    public void Stop_Clicked_OpensTheDialogForThisSession()
    {
        Watched(Session(1), Session(2));
        Asked asked = new(Prompt);

        Show(Session(2)).Find(".button-danger").Click();

        Assert.Equal("ses_000002", Assert.IsType<StopChoice.One>(asked.Choice).Session.SessionId);
    }

    [Fact]
    public void Waiting_SaysWhy()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Pending);
        session.PendingReason = "No online runner has the executor 'codex'.";

        Assert.Contains("No online runner has the executor 'codex'.", Show(session).Find(".session-facts").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<SessionHeader> Show(Proto.Session session) => Render<SessionHeader>(p => p.Add(h => h.Session, session));
}
