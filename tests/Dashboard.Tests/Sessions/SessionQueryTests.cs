using Coordinator.Dashboard.Sessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class SessionQueryTests
{
    [Theory]
    [InlineData("sessions")]
    [InlineData("sessions?status=stopping,running")]
    [InlineData("sessions?status=failed&agent=a%20b&runner=rnr_1&q=50%25%20%26%20more")]
    [InlineData("sessions?sort=-status")]
    [InlineData("sessions?sort=started")]
    public void Parse_WhatItWrote_IsTheSame(string address) =>
        Assert.Equal(address, SessionQuery.Parse(new Uri($"http://localhost/{address}")).ToAddress());

    [Theory]
    [InlineData("?status=bogus&sort=sideways&x=1")]
    [InlineData("?status=&q=&=&&")]
    [InlineData("?sort=-7")]
    public void Parse_WhatItDoesNotUnderstand_IsLeftOut(string query) =>
        Assert.Equal(SessionQuery.Default, SessionQuery.Parse(new Uri($"http://localhost/sessions{query}")));

    [Fact]
    public void Matches_EveryField_MustHold()
    {
        Proto.Session session = Sample.Session(4);
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
