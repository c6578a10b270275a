using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Grpc.Core;

namespace Coordinator.FunctionalTests.Disasters;

/// <summary>The disk of the coordinator's database is full, for real.</summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 16;

    /// <summary>Three missed ones cut a connection, and filling a disk while the runner is frozen may take a busy machine seconds.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Disk_FullAndFreedAgain_StopsThatWereCommittedArriveAndEverythingContinues()
    {
        using TestFiles files = new();
        await using SmallDisk disk = await SmallDisk.MountAsync(files, Megabytes);
        await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            WorkingDirectory = files.CreateDirectory("coordinator"),
            Environment = new Dictionary<string, string>
            {
                ["Coordinator__DataDirectory"] = disk.Path,
                ["Coordinator__HeartbeatInterval"] = Heartbeat.ToString("c"),
            },
        });
        await using RunnerProcess runner = RunnerProcess.Start(files, coordinator);
        Proto.Runner connected = await coordinator.WaitForRunnerAsync("test");
        Proto.Session writing = await StartRunningAsync(coordinator, "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done");
        Proto.Session stopping = await StartRunningAsync(coordinator, "sleep 300");
        runner.Freeze();
        await coordinator.Sessions.StopSessionAsync(new() { SessionId = stopping.SessionId });

        disk.Fill();
        RpcException refused = await FillAsync(coordinator);
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("Free some space", refused.Status.Detail, StringComparison.Ordinal);
        runner.Thaw();

        // The stop needs no room, and neither do reads; that it was carried out cannot be stored yet.
        await Eventually.True(() => ProcessTable.OfRun(stopping.RunId).Count == 0);
        await Eventually.Get(() => RunAsync(coordinator, writing), r => r.Status == Proto.RunStatus.Running);
        Assert.NotEmpty((await coordinator.Sessions.ListSessionsAsync(new())).Sessions);
        // The runner stays on the connection it has, heartbeat after heartbeat.
        Proto.Runner before = await RunnerAsync(coordinator, connected.RunnerId);
        Proto.Runner after = await Eventually.Get(
            () => RunnerAsync(coordinator, connected.RunnerId),
            r => r.LastHeartbeatTime.ToDateTimeOffset() - before.LastHeartbeatTime.ToDateTimeOffset() > 3 * Heartbeat);
        Assert.Equal((before.Epoch, Proto.RunnerStatus.Online), (after.Epoch, after.Status));

        disk.Empty();
        Proto.Run stopped = await Eventually.Get(() => RunAsync(coordinator, stopping), r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, Proto.StopOutcome.Proved, 0), (stopped.Status, stopped.Stop.Outcome, stopped.Stop.ProcessesLeft));
        await Eventually.Get(() => TryStopAsync(coordinator, writing), done => done);
        Assert.Equal(Proto.RunStatus.Stopped, (await Eventually.Get(() => RunAsync(coordinator, writing), r => r.EndTime is not null)).Status);
        Assert.Empty(ProcessTable.OfRun(writing.RunId));
        await AssertCompleteAsync(coordinator, writing);
    }

    /// <summary>Asks for something to be stored until that is refused: the database has some room of its own.</summary>
    private static async Task<RpcException> FillAsync(CoordinatorProcess coordinator)
    {
        while (true)
        {
            try
            {
                await coordinator.Sessions.StartSessionAsync(new() { Executor = "nobody-has-this", Prompt = new string('x', 500_000) });
            }
            catch (RpcException refused)
            {
                return refused;
            }
        }
    }

    /// <summary>Every line is there in order, or a mark says how many are not.</summary>
    private static async Task AssertCompleteAsync(CoordinatorProcess coordinator, Proto.Session session)
    {
        long next = 1, sequence = 0;
        using var call = coordinator.Sessions.WatchSessionEvents(new() { SessionId = session.SessionId });
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())
        {
            foreach (Proto.SessionEvent one in call.ResponseStream.Current.Events)
            {
                Assert.Equal(++sequence, one.Sequence);
                if (one.Output is not { } output)
                    continue;
                if (output.SkippedLines == 0)
                    Assert.Equal($"line {next}", output.Text);
                next += Math.Max(1, output.SkippedLines);
            }
        }

        Assert.True(next > 1);
    }

    private static async Task<bool> TryStopAsync(CoordinatorProcess coordinator, Proto.Session session)
    {
        try
        {
            await coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId });
            return true;
        }
        catch (RpcException problem) when (problem.StatusCode == StatusCode.ResourceExhausted)
        {
            return false;
        }
    }

    private static async Task<Proto.Session> StartRunningAsync(CoordinatorProcess coordinator, string prompt)
    {
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = prompt })).Session;
        await Eventually.Get(() => RunAsync(coordinator, session), r => r.Status == Proto.RunStatus.Running);
        return session;
    }

    private static async Task<Proto.Run> RunAsync(CoordinatorProcess coordinator, Proto.Session session) =>
        (await coordinator.Runs.GetRunAsync(new() { RunId = session.RunId })).Run;

    private static async Task<Proto.Runner> RunnerAsync(CoordinatorProcess coordinator, string runnerId) =>
        (await coordinator.Fleet.GetRunnerAsync(new() { RunnerId = runnerId })).Runner;
}
