using Coordinator.Client.Sessions;
using Coordinator.Testing.Samples;

namespace Coordinator.Client.Tests.Sessions;

public sealed class SessionQueryTests
{
    [Theory]
    [InlineData("")]
    [InlineData("status=stopping,running")]
    [InlineData("status=failed&agent=a%20b&runner=rnr_1&q=50%25%20%26%20more")]
    [InlineData("sort=-status")]
    [InlineData("sort=started")]
    public void Parse_WhatItWrote_IsTheSame(string text) => Assert.Equal(text, SessionQuery.Parse(text).ToText());

    [Theory]
    [InlineData("status=bogus&sort=sideways&x=1")]
    [InlineData("status=&q=&=&&")]
    [InlineData("sort=-7")]
    public void Parse_WhatItDoesNotUnderstand_IsLeftOut(string text) => Assert.Equal(SessionQuery.Default, SessionQuery.Parse(text));

    [Fact]
    public void Matches_EveryField_MustHold()
    {
        Proto.Session session = SampleSessions.Session(4);
        Assert.True(SessionQuery.Default.Matches(session));
        Assert.True((SessionQuery.Default with { Text = "SESSION 4", Agent = "agent-1" }).Matches(session));
        Assert.False((SessionQuery.Default with { Text = "session 5" }).Matches(session));
        Assert.False((SessionQuery.Default with { Agent = "agent" }).Matches(session));
        Assert.False((SessionQuery.Default with { Runner = "rnr_x" }).Matches(session));
        Assert.False((SessionQuery.Default with { Statuses = [Proto.SessionStatus.Failed] }).Matches(session));
    }

    [Fact]
    public void SortBy_TheSameColumn_TurnsTheOrderAround()
    {
        SessionQuery byName = SessionQuery.Default.SortBy(SessionSort.Name);
        Assert.False(byName.Descending);
        Assert.True(byName.SortBy(SessionSort.Name).Descending);
    }
}
