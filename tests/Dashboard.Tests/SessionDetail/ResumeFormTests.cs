using Bunit;
using Coordinator.Dashboard.SessionDetail;
using Grpc.Core;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.SessionDetail;

public sealed class ResumeFormTests : ComponentContext
{
    [Theory]
    [InlineData("", true)]
    [InlineData("  ", true)]
    [InlineData("go on", false)]
    public void Button_NothingToDo_CannotBePressed(string prompt, bool disabled)
    {
        var form = Show();

        form.Find("textarea").Input(prompt);

        Assert.Equal(disabled, form.Find("button").HasAttribute("disabled"));
    }

    [Fact]
    public void Resume_Accepted_SendsThePromptAndEmptiesTheField()
    {
        Calls.On<Proto.ResumeSessionRequest>(_ => new Proto.ResumeSessionResponse());
        var form = Show();

        Send(form, "go on");

        Proto.ResumeSessionRequest sent = Assert.IsType<Proto.ResumeSessionRequest>(Assert.Single(Calls.Requests));
        Assert.Equal(("ses_000001", "go on"), (sent.SessionId, sent.Prompt));
        Assert.Equal("", form.Find("textarea").GetAttribute("value") ?? "");
        Assert.Empty(form.FindAll("[role=alert]"));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.InvalidArgument, false)]
    public void Resume_Failed_SaysWhyAndNeverStartsTwoRuns(StatusCode code, bool sameRequest)
    {
        Calls.On<Proto.ResumeSessionRequest>(_ => throw new RpcException(new Status(code, "The reason.")));
        var form = Show();

        Send(form, "go on");
        Assert.Equal("The reason.", form.Find("[role=alert]").TextContent);
        Assert.Equal("go on", form.Find("textarea").GetAttribute("value"));
        form.Find("button").Click();

        string[] requests = [.. Calls.Requests.Cast<Proto.ResumeSessionRequest>().Select(r => r.RequestId)];
        Assert.Equal(2, requests.Length);
        Assert.Equal(sameRequest, requests[0] == requests[1]);
    }

    private IRenderedComponent<ResumeForm> Show() => Render<ResumeForm>(p => p.Add(f => f.Session, Session(1, Proto.SessionStatus.Finished)));

    private static void Send(IRenderedComponent<ResumeForm> form, string prompt)
    {
        form.Find("textarea").Input(prompt);
        form.Find("button").Click();
    }
}
