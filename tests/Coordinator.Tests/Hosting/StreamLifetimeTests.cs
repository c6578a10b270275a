using Coordinator.Hosting;
using Coordinator.Listening;
using Coordinator.Model;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Hosting;

public sealed class StreamLifetimeTests
{
    [Fact]
    public async Task OpenStreams_EndAtOnceWithTheShutdown()
    {
        using TestFiles files = new();
        await using WebApplication app = TestHost.Build(files);
        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();
        using GrpcChannel channel = GrpcChannel.ForAddress(app.Services.GetRequiredService<Endpoints>().GrpcUrl);
        using var watch = new Proto.SessionService.SessionServiceClient(channel).WatchSessions(new Proto.WatchSessionsRequest());
        using var withDeadline = new Proto.SessionService.SessionServiceClient(channel)
            .WatchSessions(new Proto.WatchSessionsRequest(), deadline: DateTime.MaxValue.AddYears(-1).ToUniversalTime());
        using var fleet = new Proto.FleetService.FleetServiceClient(channel).WatchRunners(new Proto.WatchRunnersRequest());
        using var health = new Health.HealthClient(channel).Watch(new HealthCheckRequest());
        using var reflection = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        Task[] opened =
        [
            watch.ResponseStream.MoveNext(default), withDeadline.ResponseStream.MoveNext(default), fleet.ResponseStream.MoveNext(default),
            health.ResponseStream.MoveNext(default), reflection.ResponseStream.MoveNext(default),
        ];
        await Task.WhenAll(opened).WithTimeout();

        Task<RpcException[]> ending = Task.WhenAll(
            EndOfAsync(watch.ResponseStream), EndOfAsync(withDeadline.ResponseStream), EndOfAsync(fleet.ResponseStream),
            EndOfAsync(health.ResponseStream), EndOfAsync(reflection.ResponseStream));

        PromisedTime time = PromisedTime.Start();
        app.Lifetime.StopApplication();
        await app.StopWhenAskedAsync().WithTimeout();
        // Far below the 5 s that the host would wait for streams that do not end by themselves.
        time.Assert(TimeSpan.FromSeconds(2));
        RpcException[] ends = await ending.WithTimeout();

        Assert.All(ends, end =>
        {
            Assert.Equal(StatusCode.Unavailable, end.StatusCode);
            Assert.Equal(Reasons.ShuttingDown, end.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        });
    }

    [Fact]
    public async Task UnaryCall_InFlight_Finishes()
    {
        using TestFiles files = new();
        SyncPoint held = new();
        await using WebApplication app = TestHost.Build(files, builder =>
            builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<HoldingInterceptor>(held)));
        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();
        using GrpcChannel channel = GrpcChannel.ForAddress(app.Services.GetRequiredService<Endpoints>().GrpcUrl);
        using var call = new Proto.SessionService.SessionServiceClient(channel).ListSessionsAsync(new Proto.ListSessionsRequest());
        await held.Reached.WithTimeout();

        Task stopped = app.StopAsync(TestContext.Current.CancellationToken);
        held.Release();

        Assert.Empty((await call.ResponseAsync.WithTimeout()).Sessions);
        await stopped.WithTimeout();
    }

    private static async Task<RpcException> EndOfAsync<T>(IAsyncStreamReader<T> stream) =>
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stream.MoveNext(default).WithTimeout())
            {
                // What was on its way before the end.
            }
        });

    private sealed class HoldingInterceptor(SyncPoint point) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            await point.PassAsync(context.CancellationToken);
            return await continuation(request, context);
        }
    }
}
