using Coordinator.Connections;
using Coordinator.Dispatch;
using Coordinator.Metrics;
using Coordinator.Model;
using Coordinator.Runners;
using Coordinator.Sessions;
using Coordinator.Storage;
using Coordinator.Tests.Support;
using Coordinator.Timelines;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Storage;

/// <summary>What a commit tells, to whom, and in which order.</summary>
public sealed class CommittedTests
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task Listeners_AreToldInAFixedOrder_CommandsToTheWireFirst()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        Assert.Equal(
            [
                typeof(CommandSender), typeof(Dispatcher), typeof(SessionCount), typeof(SessionFeed), typeof(SessionEventSignals), typeof(RunnerFeed),
                typeof(CoordinatorMetrics),
            ],
            coordinator.Services.GetServices<ICommitListener>().Select(listener => listener.GetType()));
    }

    [Fact]
    public async Task Commit_OfAStop_HasAllThatFollowsFromItAsData()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);

        await coordinator.StopAsync(session.SessionId);

        Committed committed = _recorder.Commits.Single(c => c.Transitions.Any(t => t.Event == RunEventKind.RequestStop));
        RunTransition transition = Assert.Single(committed.Transitions);
        Assert.Equal((start.RunId, RunStatus.Running, RunStatus.Stopping), (transition.Claim.RunId, transition.From, transition.To));
        Assert.Equal((ScriptedRunner.DefaultId, ScriptedRunner.DefaultId), (transition.HolderBefore, transition.HolderAfter));
        RunnerCommand.StopRun command = Assert.IsType<RunnerCommand.StopRun>(Assert.Single(committed.Commands));
        Assert.Equal((await runner.NextStopAsync()).CommandId, command.CommandId);
        SessionChange change = Assert.Single(committed.Sessions);
        Assert.Equal(
            (session.SessionId, SessionStatus.Stopping, committed.Revision),
            (change.SessionId, change.View!.Session.Status, change.Revision));
        Assert.Equal(RunStatus.Stopping, Assert.Single(committed.Runs).Status);
    }

    [Fact]
    public async Task Commit_AnOperationBesideItRefuses_HasNothingOfThat()
    {
        await using RunningCoordinator coordinator = await StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        await coordinator.StartRunningAsync(runner);
        int before = _recorder.Commits.Count;

        await coordinator.Sessions.StopSessionAsync(new() { SessionId = $"ses_{new string('0', 26)}" }).ResponseAsync
            .FailsAsync(global::Grpc.Core.StatusCode.NotFound, "SESSION_NOT_FOUND");

        Assert.All(_recorder.Commits.Skip(before), committed => Assert.Empty(committed.Commands));
    }

    [Fact]
    public async Task Listener_Fails_TheOthersAreToldAllTheSame()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync(services =>
        {
            services.Insert(0, ServiceDescriptor.Singleton<ICommitListener>(new Broken()));
            services.AddSingleton<ICommitListener>(_recorder);
        });
        coordinator.Log.Expect(record => record.Message.StartsWith("The commit listener Broken failed", StringComparison.Ordinal));

        Proto.Session started = (await coordinator.Sessions.StartSessionAsync(Calls.Start())).Session;

        Assert.Contains(_recorder.Commits, committed => committed.Sessions.Any(change => change.SessionId == started.SessionId));
        Assert.Equal(
            started.SessionId, (await coordinator.Sessions.GetSessionAsync(new() { SessionId = started.SessionId })).Session.SessionId);
    }

    private Task<RunningCoordinator> StartAsync() =>
        RunningCoordinator.StartAsync(services => services.AddSingleton<ICommitListener>(_recorder));

    private sealed class Recorder : ICommitListener
    {
        private readonly Lock _lock = new();
        private readonly List<Committed> _commits = [];

        public IReadOnlyList<Committed> Commits
        {
            get
            {
                lock (_lock)
                    return [.. _commits];
            }
        }

        public void OnCommitted(Committed committed)
        {
            lock (_lock)
                _commits.Add(committed);
        }
    }

    private sealed class Broken : ICommitListener
    {
        public void OnCommitted(Committed committed) => throw new InvalidOperationException("It is broken.");
    }
}
