using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Grpc.Core;

namespace Coordinator.FunctionalTests.Disasters;

/// <summary>The disk of the coordinator's database is full, for real.</summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 32;

    /// <summary>What the agent that writes says last.</summary>
    private const string LastWord = "stopped";

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
        Proto.Session writing = await StartRunningAsync(
            coordinator, $"trap 'echo {LastWord}; exit' TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done");
        Proto.Session stopping = await StartRunningAsync(coordinator, "sleep 300");
        Proto.Session last = await StartRunningAsync(coordinator, "sleep 300");
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

        // Whoever fills the disk is stopped on it, with the room that is kept free for that; nothing else gets any of it.
        Proto.StopSessionResponse answer = await coordinator.Sessions.StopSessionAsync(new() { SessionId = writing.SessionId });
        Assert.Equal(Proto.StopDelivery.Sent, answer.Delivery);
        await Eventually.True(() => ProcessTable.OfRun(writing.RunId).Count == 0);
        await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "true" }));

        // And once that is gone as well, it is stopped all the same.
        disk.Fill();
        answer = await coordinator.Sessions.StopSessionAsync(new() { SessionId = last.SessionId });
        // Something so small may find room where something large does not.
        Assert.Contains(answer.Delivery, (Proto.StopDelivery[])[Proto.StopDelivery.SentNotDurable, Proto.StopDelivery.Sent]);
        await Eventually.True(() => ProcessTable.OfRun(last.RunId).Count == 0);

        disk.Empty();
        Proto.Run stopped = await Eventually.Get(() => RunAsync(coordinator, stopping), r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, Proto.StopOutcome.Proved, 0), (stopped.Status, stopped.Stop.Outcome, stopped.Stop.ProcessesLeft));
        Assert.Equal(Proto.RunStatus.Stopped, (await Eventually.Get(() => RunAsync(coordinator, writing), r => r.EndTime is not null)).Status);
        Assert.Equal(Proto.RunStatus.Stopped, (await Eventually.Get(() => RunAsync(coordinator, last), r => r.EndTime is not null)).Status);
        Assert.Empty(ProcessTable.OfRun(writing.RunId));
        // That it was stopped could be stored before what it had written; all of that comes, too.
        await Eventually.Get(async () => (await EventsAsync(coordinator, writing)).Any(e => e.Output?.Text == LastWord), isThere => isThere);
        AssertComplete(await EventsAsync(coordinator, writing));
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
    private static void AssertComplete(List<Proto.SessionEvent> events)
    {
        long next = 1, sequence = 0;
        foreach (Proto.SessionEvent one in events)
        {
            Assert.Equal(++sequence, one.Sequence);
            if (one.Output is not { Stream: Proto.OutputStream.Stdout } output || output.Text == LastWord)
                continue;
            if (output.SkippedLines == 0)
                Assert.Equal($"line {next}", output.Text);
            next += Math.Max(1, output.SkippedLines);
        }

        Assert.True(next > 1);
    }

    private static async Task<List<Proto.SessionEvent>> EventsAsync(CoordinatorProcess coordinator, Proto.Session session)
    {
        List<Proto.SessionEvent> events = [];
        using var call = coordinator.Sessions.WatchSessionEvents(new() { SessionId = session.SessionId });
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())
            events.AddRange(call.ResponseStream.Current.Events);
        return events;
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
