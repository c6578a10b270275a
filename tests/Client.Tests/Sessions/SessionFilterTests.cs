using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Client.Tests.Sessions;

public sealed class SessionFilterTests
{
    [Fact]
    public void Matches_EveryField_MustHold()
    {
        Proto.Session session = Session(4);
        session.Labels["team"] = "red";
        Assert.True(new Proto.SessionFilter().Matches(session));
        Assert.True(new Proto.SessionFilter { Text = "SESSION 4", AgentName = "agent-1", Labels = { ["team"] = "red" } }.Matches(session));
        Assert.False(new Proto.SessionFilter { Text = "session 5" }.Matches(session));
        Assert.False(new Proto.SessionFilter { AgentName = "agent" }.Matches(session));
        Assert.False(new Proto.SessionFilter { RunnerId = "rnr_x" }.Matches(session));
        Assert.False(new Proto.SessionFilter { Statuses = { Proto.SessionStatus.Failed } }.Matches(session));
        Assert.False(new Proto.SessionFilter { Labels = { ["team"] = "blue" } }.Matches(session));
    }

    [Theory]
    [InlineData("Fix LOGIN", "login", true)]
    [InlineData("Prüfe Öl", "öl", false)]
    [InlineData("Prüfe Öl", "PRüFE Öl", true)]
    [InlineData("öl Öl", "Öl", true)]
    [InlineData("a@b", "A`B", false)]
    [InlineData("short", "shorter", false)]
    public void Matches_Text_DisregardsTheCaseOfAsciiLettersOnly(string name, string text, bool isMatch) =>
        Assert.Equal(isMatch, new Proto.SessionFilter { Text = text }.Matches(Session(1, name: name)));
}
