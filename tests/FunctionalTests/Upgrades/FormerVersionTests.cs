using Coordinator.Testing.Deployments;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Tools;

namespace Coordinator.FunctionalTests.Upgrades;

/// <summary>The programs of the oldest version that is supported and those of this one, together on one machine.</summary>
public sealed class FormerVersionTests
{
    /// <summary>An agent that leaves its family, with a child that does so, too; and one that ends by itself.</summary>
    private const string WithEscapedChild = "(setsid sleep 3600 &); echo ready; exec sleep 3600";

    private const string DeafToTerm = "trap '' TERM; echo ready; while :; do sleep 1; done";

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Programs_OfBothVersions_RunAndStopWithProof(bool formerCoordinator, bool formerRunner)
    {
        await using Deployment deployment = await Deployment.CreateAsync(
            coordinatorProgram: formerCoordinator ? FormerVersion.Coordinator : null,
            runnerProgram: formerRunner ? FormerVersion.Runner : null);

        Proto.Session friendly = await deployment.StartAsync("echo hello");
        Proto.Session stubborn = await ReadyAsync(deployment, DeafToTerm);
        Proto.Session escaped = await ReadyAsync(deployment, WithEscapedChild);

        Assert.Equal(Proto.RunStatus.Completed, (await deployment.EndOfAsync(friendly.RunId)).Status);
        Assert.Contains(await deployment.EventsAsync(friendly.SessionId), one => one.Output?.Text == "hello");
        await AssertProvedAsync(deployment, escaped, escalated: false);
        // The stop of the other is asked of a coordinator that has come back.
        await deployment.Coordinator.KillAsync();
        await deployment.RestartCoordinatorAsync();
        await deployment.Coordinator.WaitForRunnerAsync("test");
        await AssertProvedAsync(deployment, stubborn, escalated: true);
    }

    /// <summary>The coordinator is upgraded first, with a run in flight, then the runner, which keeps its identity and its journal.</summary>
    [Fact]
    public async Task Upgrade_OfOneProgramAfterTheOther_KeepsWhatRuns()
    {
        await using Deployment deployment = await Deployment.CreateAsync(
            coordinatorProgram: FormerVersion.Coordinator, runnerProgram: FormerVersion.Runner);
        Proto.Session inFlight = await ReadyAsync(deployment, WithEscapedChild);
        string formerId = (await deployment.Coordinator.WaitForRunnerAsync("test")).RunnerId;

        await deployment.Coordinator.KillAsync();
        OwnerAlone(deployment.Files.At("coordinator", ".coordinator"));
        await deployment.RestartCoordinatorAsync(BuiltProgram.Coordinator);
        await deployment.Coordinator.WaitForRunnerAsync("test");
        await AssertProvedAsync(deployment, inFlight, escalated: false);

        await deployment.Runner.TerminateAsync();
        OwnerAlone(deployment.Files.At("runner", ".runner"));
        await using RunnerProcess upgraded = RunnerProcess.Start(deployment.Runner.Settings with { Program = BuiltProgram.Runner });
        Proto.Runner runner = await deployment.Coordinator.WaitForRunnerAsync("test");
        Proto.Session later = await ReadyAsync(deployment, DeafToTerm);

        Assert.Equal(formerId, runner.RunnerId);
        await AssertProvedAsync(deployment, later, escalated: true);
    }

    private static async Task<Proto.Session> ReadyAsync(Deployment deployment, string prompt)
    {
        Proto.Session session = await deployment.StartRunningAsync(prompt);
        await deployment.EventAsync(session.SessionId, one => one.Output?.Text == "ready");
        return session;
    }

    private static async Task AssertProvedAsync(Deployment deployment, Proto.Session session, bool escalated)
    {
        await deployment.StopAsync(session.SessionId, Grace);
        Proto.Run run = await deployment.EndOfAsync(session.RunId);
        Assert.Equal(
            (Proto.RunStatus.Stopped, Proto.StopOutcome.Proved, 0, escalated),
            (run.Status, run.Stop.Outcome, run.Stop.ProcessesLeft, run.Stop.Escalated));
    }

    /// <summary>What a program of this version asks for, as the former one let others read what it kept.</summary>
    private static void OwnerAlone(string directory)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
