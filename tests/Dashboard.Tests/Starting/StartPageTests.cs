using Bunit;
using Coordinator.Dashboard.Starting;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Starting;

public sealed class StartPageTests : ComponentContext
{
    [Fact]
    public void Executor_NobodyHasIt_IsSaidBeforeAnythingIsSent()
    {
        var page = Show(new Proto.Runner { RunnerId = "rnr_1", Status = Proto.RunnerStatus.Online, Executors = { "claude-code", "command" }, Capacity = 1 });
        Assert.Equal("claude-code", page.Find("#executor").GetAttribute("value"));
        Assert.Empty(page.FindAll(".obstacle"));

        page.Find("#executor").Input("codex");

        Assert.Contains("No online runner", page.Find(".obstacle").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls.Requests, r => r is Proto.StartSessionRequest);
    }

    [Fact]
    public void Executor_ThatCannotBeStarted_IsNotPreselected_AndIsOfferedOnceItCan()
    {
        var page = Show(Runner(available: false));
        Assert.Equal("command", page.Find("#executor").GetAttribute("value"));
        Assert.Contains("cannot be started on build.", page.Find(".executor-unavailable").TextContent, StringComparison.Ordinal);

        Runners(Runner(available: true));
        Time.Advance(TimeSpan.FromSeconds(10));

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".executor-unavailable")));
        Assert.Equal("Online runners have: claude-code, command.", page.Find("#executor-help").TextContent);
        // Somebody may have begun to type a command.
        Assert.Equal("command", page.Find("#executor").GetAttribute("value"));
    }

    [Fact]
    public void Executor_NoneCanBeStarted_IsChosenWhenOneCan_UnlessSomethingWasTyped()
    {
        var page = Show();
        var typed = Show();
        typed.Find("#executor").Input("x");
        typed.Find("#executor").Input("");

        Runners(Runner(available: true));
        Time.Advance(TimeSpan.FromSeconds(10));

        page.WaitForAssertion(() => Assert.Equal("claude-code", page.Find("#executor").GetAttribute("value")));
        typed.WaitForAssertion(() => Assert.Contains("claude-code", typed.Find("#executor-help").TextContent, StringComparison.Ordinal));
        Assert.Equal("", typed.Find("#executor").GetAttribute("value"));
    }

    [Fact]
    public void Start_Accepted_GoesToTheSession()
    {
        Calls.On<Proto.StartSessionRequest>(_ => new Proto.StartSessionResponse { Session = Session(7) });
        var page = Show();
        page.Find("#executor").Input("command");
        page.Find("#prompt").Input("make test");

        page.Find("form").Submit();

        Proto.StartSessionRequest sent = Calls.Requests.OfType<Proto.StartSessionRequest>().Single();
        Assert.Equal(("command", "make test"), (sent.Executor, sent.Prompt));
        Assert.NotEmpty(sent.RequestId);
        Assert.EndsWith("sessions/ses_000007", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Runners_NoneIsOnline_IsSaid() => Assert.Contains("No runner is online.", Show().Find("#executor-help").TextContent, StringComparison.Ordinal);

    private static Proto.Runner Runner(bool available) => new()
    {
        RunnerId = "rnr_1",
        Name = "build",
        Status = Proto.RunnerStatus.Online,
        Capacity = 1,
        Executors = { available ? (string[])["claude-code", "command"] : ["command"] },
        ExecutorInfos =
        {
            new Proto.ExecutorInfo { Name = "claude-code", Available = available },
            new Proto.ExecutorInfo { Name = "command", Available = true },
        },
    };

    private IRenderedComponent<StartPage> Show(params Proto.Runner[] runners)
    {
        Runners(runners);
        return Render<StartPage>();
    }

    private void Runners(params Proto.Runner[] runners) =>
        Calls.On<Proto.ListRunnersRequest>(_ => new Proto.ListRunnersResponse { Runners = { runners } });
}
