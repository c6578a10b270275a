using AngleSharp.Dom;
using Bunit;
using Coordinator.Dashboard.SessionDetail;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

/// <summary>What others have written into a session stays text at the top of its page too.</summary>
public sealed class SessionHeaderTextTests : ComponentContext
{
    [Fact]
    public void Header_WhatOthersWrote_IsTextAndNothingElse()
    {
        Proto.Session session = Session(1, Proto.SessionStatus.Pending, name: Hostile);
        (session.AgentName, session.PendingReason) = (Hostile, $"No online runner has the executor '{Hostile}'.");

        IElement header = Render<SessionHeader>(p => p.Add(h => h.Session, session)).Find("header");

        Assert.Equal(Harmless, header.QuerySelector("h1")!.TextContent);
        Assert.Equal(Harmless, header.QuerySelector("h1")!.GetAttribute("title"));
        Assert.Empty(header.QuerySelectorAll("img"));
        Assert.DoesNotContain('\u202E', header.OuterHtml);
    }

    [Theory]
    [InlineData(false, "Running for", "1 m 05 s")]
    [InlineData(true, "Ran for", "1 m 00 s")]
    public void Header_Duration_EndsWithTheSession(bool ended, string name, string duration)
    {
        Proto.Session session = Session(1, ended ? Proto.SessionStatus.Finished : Proto.SessionStatus.Running);
        (session.StartTime, session.EndTime) = (Ago(65), ended ? Ago(5) : null);

        IElement fact = Render<SessionHeader>(p => p.Add(h => h.Session, session)).Find(".session-facts > div:last-child");

        Assert.Equal((name, duration), (fact.QuerySelector("dt")!.TextContent, fact.QuerySelector("dd")!.TextContent));
    }
}
