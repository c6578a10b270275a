using Coordinator.Testing;
using Coordinator.Testing.Deployments;

namespace Coordinator.FunctionalTests.Agents;

/// <summary>An agent's program is installed and removed while its runner runs.</summary>
public sealed class ExecutorTests
{
    [Fact]
    public async Task Session_WhoseProgramIsMissing_Waits_AndRunsWhenItIsInstalled()
    {
        using TestFiles programs = new();
        await using Deployment deployment = await Deployment.CreateAsync(runnerSettings: new Dictionary<string, string>
        {
            ["PATH"] = $"{programs.Root}:/usr/bin:/bin",
            ["Runner__Executors__helper__Command"] = "helper-agent",
            ["Runner__Executors__helper__Args__0"] = "{prompt}",
            ["Runner__ExecutorProbeInterval"] = "00:00:01",
        });
        Proto.Runner runner = await RunnerAsync(deployment);
        Assert.DoesNotContain("helper", runner.Executors);
        Proto.ExecutorInfo missing = runner.ExecutorInfos.Single(e => e.Name == "helper");
        Assert.Equal("The program \"helper-agent\" of executor \"helper\" was not found in the runner's PATH.", missing.UnavailableReason);

        Proto.Session session = await deployment.StartAsync("hello", executor: "helper");
        Proto.Run waiting = await deployment.RunWhenAsync(session.RunId, r => r.PendingReason.Length > 0);
        Assert.Equal(Proto.RunStatus.Pending, waiting.Status);
        Assert.Contains(missing.UnavailableReason, waiting.PendingReason, StringComparison.Ordinal);

        string program = programs.WriteScript("helper-agent", "echo \"$1 from the helper\"");
        Proto.Run run = await deployment.EndOfAsync(session.RunId);

        Assert.Equal((Proto.RunStatus.Completed, 0), (run.Status, run.ExitCode));
        await deployment.EventAsync(session.SessionId, e => e.Output is { Text: "hello from the helper" });
        Assert.Contains("helper", (await RunnerAsync(deployment)).Executors);

        File.Delete(program);
        Proto.Session next = await deployment.StartAsync("again", executor: "helper");
        // Either the runner had noticed, or it was given the run in vain, and then it notices by that.
        Proto.Run left = await deployment.RunWhenAsync(next.RunId, r => r.EndTime is not null || SaysWhy(r));
        Assert.True(
            left is { Status: Proto.RunStatus.Pending } or { Status: Proto.RunStatus.Failed, Failure.Reason: "START_FAILED" },
            left.ToString());
        Proto.Session last = await deployment.StartAsync("and again", executor: "helper");
        Assert.Equal(Proto.RunStatus.Pending, (await deployment.RunWhenAsync(last.RunId, SaysWhy)).Status);

        bool SaysWhy(Proto.Run run) => run.PendingReason.Contains(missing.UnavailableReason, StringComparison.Ordinal);
    }

    private static async Task<Proto.Runner> RunnerAsync(Deployment deployment) =>
        (await deployment.Coordinator.Fleet.ListRunnersAsync(new())).Runners.Single();
}
