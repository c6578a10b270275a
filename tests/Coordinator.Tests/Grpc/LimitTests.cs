using System.Net;
using Coordinator.Grpc;
using Coordinator.Model;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Coordinator.Timelines;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Options;

namespace Coordinator.Tests.Grpc;

/// <summary>What one client may take of what all have to share.</summary>
public sealed class LimitTests
{
    [Fact]
    public void Watches_OfOneClient_AreATenthOfAll()
    {
        WatcherLimit limit = new(Options.Create(new WatchOptions { MaxWatchers = 40 }));
        List<IDisposable> places = [.. Enumerable.Range(0, 4).Select(_ => limit.Enter("10.0.0.1"))];

        Assert.Throws<CoordinatorException>(() => limit.Enter("10.0.0.1"));
        using (limit.Enter("10.0.0.2"))
        {
            places[0].Dispose();
            places[0].Dispose();
            using IDisposable again = limit.Enter("10.0.0.1");
            Assert.Throws<CoordinatorException>(() => limit.Enter("10.0.0.1"));
        }
    }

    [Fact]
    public void Watches_OfAll_AreBounded()
    {
        WatcherLimit limit = new(Options.Create(new WatchOptions { MaxWatchers = 3 }));
        foreach (int client in (int[])[1, 2, 3])
            _ = limit.Enter($"10.0.0.{client}");

        CoordinatorException refusal = Assert.Throws<CoordinatorException>(() => limit.Enter("10.0.0.4"));

        Assert.Equal("3 watches are open, which is the limit. Close some or raise Coordinator:MaxWatchers.", refusal.Message);
    }

    [Fact]
    public async Task WatchOfTheHealth_CountsAsOne()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync("--Coordinator:MaxWatchers=1");
        Health.HealthClient health = new(coordinator.Channel);
        using AsyncServerStreamingCall<HealthCheckResponse> first = health.Watch(new HealthCheckRequest());
        Assert.True(await first.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());

        using AsyncServerStreamingCall<HealthCheckResponse> second = health.Watch(new HealthCheckRequest());

        await second.ResponseStream.MoveNext(CancellationToken.None).FailsAsync(StatusCode.ResourceExhausted, "TOO_MANY_WATCHERS");
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest())).Status);
    }

    [Fact]
    public async Task Refusals_OfRequestsFromOtherSites_AreOneLineAMinute()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        using HttpClient http = new();
        for (int i = 0; i < 20; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, coordinator.WebUrl);
            request.Headers.Add("Origin", "http://evil.example");
            using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }

        Assert.Single(coordinator.Log.Records, r => r.ToString().Contains("evil.example", StringComparison.Ordinal));
    }
}
