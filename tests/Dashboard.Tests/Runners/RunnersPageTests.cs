using System.Threading.Channels;
using Bunit;
using Coordinator.Dashboard.Runners;
using Coordinator.Testing.Waiting;
using Grpc.Core;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;

namespace Coordinator.Dashboard.Tests.Runners;

public sealed class RunnersPageTests : ComponentContext
{
    private const double Day = 86_400;

    private readonly Messages _watch = new();

    public RunnersPageTests()
    {
        CallInvoker invoker = Substitute.For<CallInvoker>();
        invoker.AsyncServerStreamingCall(
            Arg.Any<Method<Proto.WatchRunnersRequest, Proto.WatchRunnersResponse>>(),
            Arg.Any<string?>(),
            Arg.Any<CallOptions>(),
            Arg.Any<Proto.WatchRunnersRequest>())
            .Returns(_ => new AsyncServerStreamingCall<Proto.WatchRunnersResponse>(
                _watch, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { }));
        Services.AddSingleton(new Proto.FleetService.FleetServiceClient(invoker));
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public async Task Runners_OfflineForADay_AreFoldedAwayAndCounted()
    {
        var page = await OpenAsync(
            Runner("here"), Away("since noon", Day - 60), Away("gone", Day + 60), Away("long gone", 30 * Day), Away("never heard of", null));

        Assert.Equal(["here", "never heard of", "since noon"], Names(page));
        Assert.Equal("2 runners offline for more than a day", page.Find("summary").TextContent.Trim());
        Assert.False(page.Find("details").HasAttribute("open"));
    }

    [Fact]
    public async Task Fold_OpenedAndClosed_IsInTheAddress()
    {
        var page = await OpenAsync(Runner("here"), Away("gone", 2 * Day));

        page.Find("summary").Click();

        Assert.EndsWith("/runners?offline=shown", Navigation.Uri, StringComparison.Ordinal);
        Assert.True(page.Find("details").HasAttribute("open"));
        Assert.Equal(["here", "gone"], Names(page));
        page.Find("summary").Click();
        Assert.EndsWith("/runners", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal(["here"], Names(page));
    }

    [Theory]
    [InlineData("runners?offline=shown")]
    [InlineData("runners#rnr_gone")]
    public async Task Fold_AddressAsksForIt_IsOpen(string address)
    {
        Navigation.NavigateTo(address);

        Assert.Equal(["here", "gone"], Names(await OpenAsync(Runner("here"), Away("gone", 2 * Day))));
    }

    [Fact]
    public async Task Runner_ComesBack_MovesUpAtOnce()
    {
        var page = await OpenAsync(Runner("here"), Away("gone", 2 * Day), Away("other", 2 * Day));

        await TellAsync(new Proto.WatchRunnersResponse { RunnerUpdated = Runner("gone") });

        page.WaitForAssertion(() => Assert.Equal(["gone", "here"], Names(page)));
        Assert.Equal("1 runner offline for more than a day", page.Find("summary").TextContent.Trim());
        await TellAsync(new Proto.WatchRunnersResponse { RunnerUpdated = Runner("other") });
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("details")));
    }

    [Fact]
    public async Task Runner_OfflineWhileThePageIsOpen_IsFoldedOnceTheDayIsOver()
    {
        var page = await OpenAsync(Runner("here"), Away("going", Day - 60));
        Assert.Empty(page.FindAll("details"));

        Time.Advance(TimeSpan.FromSeconds(61));

        page.WaitForAssertion(() => Assert.Equal("1 runner offline for more than a day", page.Find("summary").TextContent.Trim()));
    }

    private static IEnumerable<string> Names(IRenderedComponent<RunnersPage> page) =>
        page.FindAll(".runner-card h2").Select(h => h.TextContent);

    private async Task<IRenderedComponent<RunnersPage>> OpenAsync(params Proto.Runner[] runners)
    {
        if (!Navigation.Uri.Contains("/runners", StringComparison.Ordinal))
            Navigation.NavigateTo("runners");
        var page = Render<RunnersPage>();
        await TellAsync(new Proto.WatchRunnersResponse { Snapshot = new() { Runners = { runners } } });
        page.WaitForState(() => page.FindAll(".runner-list").Count > 0);
        return page;
    }

    private async Task TellAsync(Proto.WatchRunnersResponse message)
    {
        await _watch.SendAsync(message);
        // The page has taken it in; the time for its next picture comes.
        Time.Advance(TimeSpan.FromSeconds(1));
    }

    private Proto.Runner Runner(string name) =>
        new() { RunnerId = $"rnr_{name}", Name = name, Status = Proto.RunnerStatus.Online, Capacity = 8, LastHeartbeatTime = Ago(1) };

    private Proto.Runner Away(string name, double? silence)
    {
        Proto.Runner runner = Runner(name);
        runner.Status = Proto.RunnerStatus.Offline;
        runner.LastHeartbeatTime = silence is { } seconds ? Ago(seconds) : null;
        return runner;
    }

    /// <summary>A stream on which each message is sent when the one before it has been received.</summary>
    private sealed class Messages : IAsyncStreamReader<Proto.WatchRunnersResponse>
    {
        private readonly Channel<Proto.WatchRunnersResponse> _messages = Channel.CreateUnbounded<Proto.WatchRunnersResponse>();
        private int _sent;
        private int _asked;

        public Proto.WatchRunnersResponse Current { get; private set; } = null!;

        /// <summary>Returns when the message was received and the next one is asked for.</summary>
        public async Task SendAsync(Proto.WatchRunnersResponse message)
        {
            await Eventually.True(IsAskedForTheNext, what: "The page's watch");
            _sent++;
            Assert.True(_messages.Writer.TryWrite(message));
            await Eventually.True(IsAskedForTheNext, what: "The page's question for more, which tells that it took the message in,");
        }

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            Current = await _messages.Reader.ReadAsync(cancellationToken);
            return true;
        }

        private bool IsAskedForTheNext() => Volatile.Read(ref _asked) > _sent;
    }
}
