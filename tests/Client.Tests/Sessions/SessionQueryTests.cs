using Coordinator.Client.Sessions;

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
    public void ToFilter_EveryField_IsTaken() => Assert.Equal(
        new Proto.SessionFilter { Statuses = { Proto.SessionStatus.Failed }, AgentName = "reviewer", RunnerId = "rnr_1", Text = "login" },
        SessionQuery.Parse("status=failed&agent=reviewer&runner=rnr_1&q=login&sort=name").ToFilter());

    [Fact]
    public void SortBy_TheSameColumn_TurnsTheOrderAround()
    {
        SessionQuery byName = SessionQuery.Default.SortBy(SessionSort.Name);
        Assert.False(byName.Descending);
        Assert.True(byName.SortBy(SessionSort.Name).Descending);
    }
}
