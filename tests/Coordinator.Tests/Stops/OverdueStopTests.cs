using Coordinator.Stops;
using Coordinator.Storage;
using Coordinator.Tests.Support;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Tests.Stops;

/// <summary>Stops that take longer than they should say why.</summary>
public sealed class OverdueStopTests
{
    [Fact]
    public async Task Stop_OfAnOfflineRunner_SaysSinceWhenAndThatItIsDelivered()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(Clock.Own);
        ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await runner.CutAsync();
        await coordinator.OfflineAsync();
        await coordinator.StopAsync(session.SessionId);
        Clock clock = await Clock.OfStopAsync(coordinator, start.RunId);

        Assert.Equal(Proto.StopWait.Unspecified, (await clock.AfterAsync(start.RunId, seconds: 3)).WaitingFor);
        Proto.StopRecord late = await clock.AfterAsync(start.RunId, seconds: 3);

        Assert.Equal(Proto.StopWait.Runner, late.WaitingFor);
        Assert.NotNull(late.OverdueTime);
        Assert.StartsWith($"Runner {ScriptedRunner.DefaultId} (test-host) has been offline since ", late.Detail, StringComparison.Ordinal);
        Assert.Contains("delivered when the runner connects", late.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_StationByStation_SaysWhatItWaitsForAndIsSilentOnceItIsOver()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(Clock.Own);
        await using WatcherView watcher = new(coordinator);
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId, s => s.GracePeriod = new() { Seconds = 10 });
        Clock clock = await Clock.OfStopAsync(coordinator, start.RunId);
        Proto.StopRun stop = await runner.NextStopAsync();

        Proto.StopRecord record = await clock.AfterAsync(start.RunId, seconds: 6);
        Assert.Equal(Proto.StopWait.Receipt, record.WaitingFor);
        Assert.Contains("has not confirmed the stop", record.Detail, StringComparison.Ordinal);
        await watcher.UntilAsync(v => v.Sessions.GetValueOrDefault(session.SessionId)?.Stop?.WaitingFor == Proto.StopWait.Receipt);

        await runner.ReceivedAsync(stop);
        await coordinator.RunWhenAsync(start.RunId, r => r.Stop.ReceivedTime is not null);
        record = await clock.AfterAsync(start.RunId, seconds: 0);
        Assert.Equal((Proto.StopWait.Unspecified, null, ""), (record.WaitingFor, record.OverdueTime, record.Detail));
        record = await clock.AfterAsync(start.RunId, seconds: 16);
        Assert.Equal(Proto.StopWait.Signal, record.WaitingFor);

        await runner.ProgressAsync(stop, Proto.StopPhase.Signalled, left: 2);
        await coordinator.RunWhenAsync(start.RunId, r => r.Stop.SignalledTime is not null);
        record = await clock.AfterAsync(start.RunId, seconds: 0);
        Assert.Equal(Proto.StopWait.Kill, record.WaitingFor);
        Assert.StartsWith("2 processes are alive after SIGTERM", record.Detail, StringComparison.Ordinal);

        await runner.ProgressAsync(stop, Proto.StopPhase.Killed, left: 1);
        await runner.SendAsync(new Proto.RunnerFrame
        {
            StopProgress = new()
            {
                Header = runner.Header(stop.RunId, stop.Epoch),
                Phase = Proto.StopPhase.Stuck,
                ProcessesLeft = 1,
                Detail = "4711 (dd, state D)",
            },
        });
        await coordinator.RunWhenAsync(start.RunId, r => r.Stop.KilledTime is not null && r.Stop.ProcessesLeft == 1);
        record = await clock.AfterAsync(start.RunId, seconds: 6);
        Assert.Equal(Proto.StopWait.Processes, record.WaitingFor);
        Assert.StartsWith("1 process is alive although SIGKILL was sent at ", record.Detail, StringComparison.Ordinal);
        Assert.EndsWith("The runner says: 4711 (dd, state D)", record.Detail, StringComparison.Ordinal);

        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        Proto.StopRecord over = (await coordinator.RunWhenAsync(start.RunId, r => r.Status == Proto.RunStatus.Stopped)).Stop;
        Assert.Equal((Proto.StopWait.Unspecified, null, ""), (over.WaitingFor, over.OverdueTime, over.Detail));
    }

    [Fact]
    public async Task Stop_OverdueForLong_IsLoggedAndToldOnce()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);

        // The coordinator's own clock this time.
        await coordinator.RunWhenAsync(start.RunId, r => r.Stop.OverdueTime is not null);
        long revision = (await coordinator.SessionAsync(session.SessionId)).Revision;
        await runner.NextStopAsync();
        await runner.NextStopAsync();
        Clock clock = await Clock.OfStopAsync(coordinator, start.RunId);
        await clock.AfterAsync(start.RunId, seconds: 60);

        Assert.Equal(revision, (await coordinator.SessionAsync(session.SessionId)).Revision);
        Assert.Contains(start.RunId, Assert.Single(coordinator.Log.Records, r => r.EventId.Id == 3002).Message, StringComparison.Ordinal);
    }

    /// <summary>Looks for overdue stops at times of its own, which begin with the stop.</summary>
    private sealed class Clock
    {
        private readonly RunningCoordinator _coordinator;
        private readonly FakeTimeProvider _time;

        private Clock(RunningCoordinator coordinator, DateTimeOffset begin) => (_coordinator, _time) = (coordinator, new(begin));

        /// <summary>The coordinator's own clock is to look at nothing, for it is behind this one.</summary>
        public static Action<IServiceCollection> Own { get; } = services =>
            services.Remove(services.Single(s => s.ServiceType == typeof(IDeadline) && s.ImplementationType == typeof(OverdueStops)));

        public static async Task<Clock> OfStopAsync(RunningCoordinator coordinator, string runId) =>
            new(coordinator, (await coordinator.RunAsync(runId)).Stop.RequestedTime.ToDateTimeOffset());

        public async Task<Proto.StopRecord> AfterAsync(string runId, int seconds)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            IServiceProvider services = _coordinator.Services;
            await new OverdueStops(
                services.GetRequiredService<IDbContextFactory<CoordinatorDbContext>>(), services.GetRequiredService<Ledger>(),
                _time, NullLogger<OverdueStops>.Instance).MeetAsync();
            return (await _coordinator.RunAsync(runId)).Stop;
        }
    }
}
