using System.Net;
using System.Threading.Channels;
using Coordinator.Testing.Waiting;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Tests.Link;

/// <summary>A real server that does on each connection what the test tells it to, however badly that is.</summary>
internal sealed class TestCoordinator : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Channel<Connection> _connections = Channel.CreateUnbounded<Connection>();

    private TestCoordinator(WebApplication server) => _server = server;

    public Uri Address { get; private set; } = null!;

    public static async Task<TestCoordinator> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        TestCoordinator? coordinator = null;
        builder.Services.AddSingleton(_ => coordinator!);
        coordinator = new TestCoordinator(builder.Build());
        coordinator._server.MapGrpcService<Service>();
        await coordinator._server.StartAsync();
        coordinator.Address = new Uri(coordinator._server.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return coordinator;
    }

    /// <summary>The next connection that a runner opens.</summary>
    public Task<Connection> NextAsync() => _connections.Reader.ReadAsync().WithTimeout();

    /// <summary>The next connection, greeted as a good coordinator does.</summary>
    public async Task<Connection> NextWelcomedAsync(TimeSpan? heartbeat = null, params string[] forget)
    {
        Connection connection = await NextAsync();
        await connection.ReadAsync(frame => frame.Hello is not null);
        await connection.WelcomeAsync(heartbeat ?? TimeSpan.FromSeconds(30), forget);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        while (_connections.Reader.TryRead(out Connection? connection))
            connection.Close();
        using CancellationTokenSource now = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }

    internal sealed class Connection(
        IAsyncStreamReader<Proto.RunnerFrame> reader,
        IServerStreamWriter<Proto.CoordinatorFrame> writer,
        ServerCallContext call)
    {
        private readonly TaskCompletionSource<Status> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Taken while the call lives: afterwards not even this may be asked of it.
        private readonly CancellationToken _aborted = call.CancellationToken;

        public Task<Status> Closed => _closed.Task;

        /// <summary>Reads, and answers heartbeats, until a frame is as wanted.</summary>
        public async Task<Proto.RunnerFrame> ReadAsync(Func<Proto.RunnerFrame, bool> wanted)
        {
            while (await reader.MoveNext(_aborted).WithTimeout())
            {
                if (wanted(reader.Current))
                    return reader.Current;
                if (reader.Current.Heartbeat is { } heartbeat)
                    await AnswerAsync(heartbeat);
            }

            throw new InvalidOperationException("The runner ended the stream.");
        }

        /// <summary>Reads until the runner closes its side or the connection breaks.</summary>
        public async Task ReadToEndAsync()
        {
            try
            {
                while (await reader.MoveNext(_aborted).WithTimeout())
                {
                }
            }
            catch (Exception failure) when (failure
                is IOException or OperationCanceledException or RpcException or InvalidOperationException)
            {
                // Broken is an end too.
            }
        }

        public Task AnswerAsync(Proto.RunnerHeartbeat heartbeat) => WriteAsync(new Proto.CoordinatorFrame
        {
            Heartbeat = new Proto.CoordinatorHeartbeat
            {
                RunnerTime = heartbeat.Time,
                Time = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
            },
        });

        public Task WelcomeAsync(TimeSpan heartbeat, params string[] forget) =>
            WelcomeAsync(heartbeat, takesChanges: false, forget);

        public Task WelcomeAsync(TimeSpan heartbeat, bool takesChanges, params string[] forget) => WriteAsync(new Proto.CoordinatorFrame
        {
            Welcome = new Proto.Welcome
            {
                Epoch = 1,
                HeartbeatInterval = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(heartbeat),
                Time = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
                ForgetRunIds = { forget },
                TakesExecutorChanges = takesChanges,
            },
        });

        public Task WriteAsync(Proto.CoordinatorFrame frame) => writer.WriteAsync(frame);

        public Task StopAsync(string runId, TimeSpan grace, bool force = false) => WriteAsync(new Proto.CoordinatorFrame
        {
            StopRun = new Proto.StopRun
            {
                CommandId = $"cmd_stop_{runId}",
                RunId = runId,
                Epoch = 1,
                Force = force,
                GracePeriod = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(grace),
            },
        });

        public Task AckAsync(Proto.ReportHeader header) => WriteAsync(new Proto.CoordinatorFrame
        {
            ReportAck = new Proto.ReportAck { RunId = header.RunId, Epoch = header.Epoch, Sequence = header.Sequence },
        });

        /// <summary>Ends the call in good order.</summary>
        public void Close(StatusCode status = StatusCode.OK) => _closed.TrySetResult(new Status(status, "closed"));

        /// <summary>Cuts the wire.</summary>
        public void Cut() => call.GetHttpContext().Abort();
    }

    private sealed class Service(TestCoordinator coordinator) : Proto.RunnerService.RunnerServiceBase
    {
        public override async Task Connect(
            IAsyncStreamReader<Proto.RunnerFrame> requestStream,
            IServerStreamWriter<Proto.CoordinatorFrame> responseStream,
            ServerCallContext context)
        {
            Connection connection = new(requestStream, responseStream, context);
            coordinator._connections.Writer.TryWrite(connection);
            await using CancellationTokenRegistration _ = context.CancellationToken.Register(() => connection.Close());
            context.Status = await connection.Closed;
        }
    }
}
