using Bunit;
using Coordinator.Dashboard.SessionDetail;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

public sealed class SessionNoticesTests : ComponentContext
{
    [Fact]
    public void Nothing_ToNotice_SaysNothing() => Assert.Empty(Notices(Session(1, Proto.SessionStatus.Finished)));

    [Fact]
    public void Result_WhoseProcessLives_IsCountedUpWithoutTheCoordinator()
    {
        Proto.Session session = Session(1);
        session.ResultTime = Ago(20);
        var notices = Show(session);
        Assert.Equal(
            "Result given 20 s ago; the process has not exited yet. Its runner ends it soon, and the session is judged by its result.",
            notices.Find(".notice").TextContent);

        Time.Advance(TimeSpan.FromSeconds(3));

        notices.WaitForAssertion(() => Assert.StartsWith("Result given 23 s ago", notices.Find(".notice").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Result_OfARunThatHasEnded_IsNoNews()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Finished);
        session.ResultTime = Ago(20);

        Assert.Empty(Notices(session));
    }

    [Theory]
    [InlineData(Proto.SessionStatus.Finished)]
    [InlineData(Proto.SessionStatus.Failed)]
    public void Processes_ThatWereLeftBehind_AreNamedAsText(Proto.SessionStatus status)
    {
        Proto.Session session = Session(1, status);
        session.ProcessesEnded = 2;
        session.EndedCommands.Add(["sleep", Hostile]);

        Assert.Equal([$"2 processes were still running when the agent exited and were ended: sleep, {Harmless}."], Notices(session));
    }

    [Fact]
    public void Processes_MoreThanHaveNames_AreCounted()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Finished);
        session.ProcessesEnded = 1200;
        session.EndedCommands.Add("sleep");

        Assert.Equal(["1,200 processes were still running when the agent exited and were ended: sleep and 1,199 more."], Notices(session));
    }

    [Fact]
    public void Agent_ThatDidNotExit_IsSaidToHaveBeenEnded()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Finished);
        (session.ProcessesEnded, session.EndedAfterResult) = (1, true);
        session.EndedCommands.Add("claude");

        Assert.Equal(["The agent gave its result and did not exit; 1 process was ended: claude."], Notices(session));
    }

    [Fact]
    public void Processes_OfAStop_AreToldByTheStop()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Stopped);
        session.ProcessesEnded = 2;

        Assert.Empty(Notices(session));
    }

    [Fact]
    public void Finished_WithRefusedTools_IsNotTakenForGood()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Finished);
        session.Usage = new() { PermissionDenials = { new Proto.PermissionDenial { ToolName = "Bash" } } };
        Assert.Equal(["The agent finished, but it was refused a tool: Bash. Its result may be about less than was asked for."], Notices(session));

        session.Usage.PermissionDenials.Add([new Proto.PermissionDenial { ToolName = "Bash" }, new Proto.PermissionDenial { ToolName = Hostile }, new Proto.PermissionDenial()]);
        Assert.Equal(
            [$"The agent finished, but it was refused tools 4 times: Bash, {Harmless}, unnamed. Its result may be about less than was asked for."],
            Notices(session));
    }

    private IEnumerable<string> Notices(Proto.Session session) => [.. Show(session).FindAll(".notice").Select(n => n.TextContent)];

    private IRenderedComponent<SessionNotices> Show(Proto.Session session) => Render<SessionNotices>(p => p.Add(n => n.Session, session));
}
