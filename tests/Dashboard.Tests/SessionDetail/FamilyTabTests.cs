using Bunit;
using Coordinator.Client.Sessions;
using Coordinator.Dashboard.SessionDetail;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

public sealed class FamilyTabTests : ComponentContext
{
    [Fact]
    public void Family_Alone_SaysSo()
    {
        Proto.Session stranger = Session(2);

        Assert.Equal("No other session started this one, and it has started none.", Show(Session(1), stranger).Find("p").TextContent);
    }

    [Fact]
    public void Family_ThreeGenerations_IsATreeFromTheEldest()
    {
        Proto.Session child = Child(2, 1);

        var tab = Show(child, Session(1), Child(3, 2, Proto.SessionStatus.Failed), Child(4, 1), Session(5));

        Assert.Equal("Session 1", tab.Find(".family > li > .family-member a").TextContent);
        Assert.Equal("sessions/ses_000001?tab=family", tab.Find(".family > li > .family-member a").GetAttribute("href"));
        Assert.Equal("Session 2", tab.Find("strong").TextContent);
        Assert.Equal("Session 3", tab.Find(".family > li > ul > li > ul > li a").TextContent);
        Assert.Equal("Failed", tab.Find(".family > li > ul > li > ul > li .badge-failed .badge-word").TextContent);
        Assert.Equal(4, tab.FindAll(".family-member").Count);
    }

    [Fact]
    public void Family_ParentIsNotKnownHere_BeginsWithTheSession()
    {
        var tab = Show(Child(2, 1), Child(3, 2));

        Assert.Equal("Session 2", tab.Find(".family > li > .family-member strong").TextContent);
    }

    [Fact]
    public void Names_OfSessions_AreTextAndNothingElse()
    {
        Proto.Session child = Child(2, 1);
        child.SessionName = Hostile;

        var tab = Show(Session(1), child);

        Assert.Equal(Harmless, tab.Find("ul ul a").TextContent);
        Assert.Empty(tab.FindAll("img"));
    }

    private static Proto.Session Child(int number, int parent, Proto.SessionStatus status = Proto.SessionStatus.Running)
    {
        Proto.Session session = Session(number, status);
        session.ParentSessionId = $"ses_{parent:D6}";
        return session;
    }

    private IRenderedComponent<FamilyTab> Show(Proto.Session session, params Proto.Session[] others) => Render<FamilyTab>(p => p
        .Add(t => t.Session, session)
        .Add(t => t.State, SessionsState.Empty.Apply(Whole(1, [session, .. others]))));
}
