using Coordinator.Testing;
using Coordinator.Testing.Deployments;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordinator.FunctionalTests.Operators;

/// <summary>The coordinator goes quickly, however many hold a stream, and everybody is told to come back.</summary>
public sealed class ShutdownTests
{
    private const int Runners = 1_000;
    private const int Watchers = 100;

    /// <summary>
    /// Far below what the server allows itself when calls hold it up, far above what it takes: how long that is, is
    /// written to the output.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Terminate_WithAThousandRunnersAndAHundredWatchers_IsGoneAtOnceAndTheyComeBack()
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(files);
        List<Task<Status>> ends = [];
        List<GrpcChannel> channels = [];
        foreach (int[] some in Enumerable.Range(0, Runners).Chunk(50))
            ends.AddRange(await Task.WhenAll(some.Select(i => HoldRunnerAsync(coordinator, i, channels))));
        GrpcChannel shared = GrpcChannel.ForAddress(coordinator.GrpcAddress, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        channels.Add(shared);
        for (int i = 0; i < Watchers; i++)
            ends.Add(await HoldWatchAsync(shared));

        PromisedTime time = PromisedTime.Start();
        int exitCode = await coordinator.TerminateAsync();
        time.Assert(Limit);
        Status[] statuses = await Task.WhenAll(ends).WithTimeout();

        Assert.Equal(0, exitCode);
        Assert.All(statuses, s => Assert.Equal(StatusCode.Unavailable, s.StatusCode));
        await using CoordinatorProcess again = await CoordinatorProcess.StartAsync(coordinator.Again);
        await HoldRunnerAsync(again, 0, channels).WithTimeout();
        channels.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Terminate_WithARunningAgent_LeavesItAliveAndItsRunnerReconnects()
    {
        await using Deployment deployment = await Deployment.CreateAsync();
        Proto.Session session = await deployment.StartRunningAsync("echo ready; sleep 300");
        await deployment.EventAsync(session.SessionId, e => e.Output is { Text: "ready" });

        await deployment.Coordinator.TerminateAsync();
        Assert.NotEmpty(ProcessTable.OfRun(session.RunId));
        await deployment.RestartCoordinatorAsync();
        await deployment.Coordinator.WaitForRunnerAsync("test");

        await deployment.StopAsync(session.SessionId, TimeSpan.FromSeconds(5));
        Proto.Run run = await deployment.EndOfAsync(session.RunId);
        Assert.Equal(Proto.RunStatus.Stopped, run.Status);
    }

    [Fact]
    public async Task Stop_WhileTheCoordinatorIsKilledRightAfterItsAnswer_IsCarriedOutAfterItsRestart()
    {
        await using Deployment deployment = await Deployment.CreateAsync();
        Proto.Session session = await deployment.StartRunningAsync("echo ready; sleep 300");
        // The runner cannot take the command before the coordinator is gone.
        deployment.Runner.Freeze();
        await deployment.StopAsync(session.SessionId, TimeSpan.FromSeconds(1));
        await deployment.Coordinator.KillAsync();
        deployment.Runner.Thaw();

        await deployment.RestartCoordinatorAsync();

        Proto.Run run = await deployment.EndOfAsync(session.RunId);
        Assert.Equal((Proto.RunStatus.Stopped, 0), (run.Status, run.Stop.ProcessesLeft));
    }

    private static async Task<Task<Status>> HoldRunnerAsync(CoordinatorProcess coordinator, int number, List<GrpcChannel> channels)
    {
        GrpcChannel channel = GrpcChannel.ForAddress(coordinator.GrpcAddress);
        lock (channels)
            channels.Add(channel);
        var call = new Proto.RunnerService.RunnerServiceClient(channel).Connect();
        await call.RequestStream.WriteAsync(new Proto.RunnerFrame
        {
            Hello = new Proto.RunnerHello
            {
                RunnerId = $"rnr_{number:D26}",
                BootId = "boot",
                Name = $"runner {number}",
                Executors = { "command" },
                Capacity = 1,
            },
        });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        return DrainAsync(call.ResponseStream);
    }

    private static async Task<Task<Status>> HoldWatchAsync(GrpcChannel channel)
    {
        var call = new Proto.SessionService.SessionServiceClient(channel).WatchSessions(new());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        return DrainAsync(call.ResponseStream);
    }

    private static async Task<Status> DrainAsync<T>(IAsyncStreamReader<T> stream)
    {
        try
        {
            while (await stream.MoveNext(CancellationToken.None))
            {
                // Nothing is said to these any more but goodbye.
            }

            return Status.DefaultSuccess;
        }
        catch (RpcException end)
        {
            return end.Status;
        }
    }
}
