using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.Tests.Execution;
using Coordinator.AgentRunner.Tests.Journal;
using Coordinator.Testing.Waiting;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Link;

public sealed class CoordinatorLinkTests : IAsyncLifetime
{
    private static readonly TimeSpan ShortHeartbeat = TimeSpan.FromMilliseconds(100);

    private static readonly MissingProgram Missing = new("It is not there.", "Install it.", "install it");

    private readonly RunnerClock _clock = new(TimeProvider.System);
    private readonly ReportOutbox _outbox = new(TimeProvider.System);
    private readonly FakeLauncher _launcher = new();
    private readonly RunTable _table;
    private readonly ExecutorAvailability _executors = new(
        [new ExecutorState("claude-code", Missing), new ExecutorState("command", null)], NullLogger<ExecutorAvailability>.Instance);
    private TestCoordinator _coordinator = null!;
    private CoordinatorLink _link = null!;

    public CoordinatorLinkTests() => _table = new RunTable(
        _outbox, _launcher, Journals.Open(_clock), _clock, NullLogger<RunTable>.Instance);

    public async ValueTask InitializeAsync()
    {
        _coordinator = await TestCoordinator.StartAsync();
        _link = NewLink(_clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _link.StopAsync(CancellationToken.None).WithTimeout();
        _link.Dispose();
        await _coordinator.DisposeAsync();
    }

    [Fact]
    public async Task Hello_TellsWhoItIsAndEveryRunItHolds()
    {
        _table.Start(new Proto.StartRun { RunId = "run_a", Epoch = 4 });
        await BeginAsync();

        TestCoordinator.Connection connection = await _coordinator.NextAsync();
        Proto.RunnerHello hello = (await connection.ReadAsync(_ => true)).Hello;

        Assert.Equal(("rnr_x", "boot", 8, "fake"), (hello.RunnerId, hello.BootId, hello.Capacity, hello.Containment));
        Assert.Equal(("run_a", 4L), (hello.Runs.Single().RunId, hello.Runs.Single().Epoch));
    }

    [Fact]
    public async Task Hello_NamesTheExecutorsThatCanBeStarted_AndSaysWhatTheOthersMiss()
    {
        await BeginAsync();

        TestCoordinator.Connection connection = await _coordinator.NextAsync();
        Proto.RunnerHello hello = (await connection.ReadAsync(_ => true)).Hello;

        Assert.Equal(["command"], hello.Executors);
        Assert.Equal(
            [
                new Proto.ExecutorInfo
                {
                    Name = "claude-code", UnavailableReason = "It is not there.", Remedy = "Install it.", InstallCommand = "install it",
                },
                new Proto.ExecutorInfo { Name = "command", Available = true },
            ],
            hello.ExecutorInfos);
    }

    [Fact]
    public async Task Executors_ThatChange_AreToldAfterTheWelcome_AndAreInTheNextHello()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextAsync();
        await connection.ReadAsync(frame => frame.Hello is not null);
        // With its first frame after the hello a runner confirms the connection, so this must wait for the welcome.
        _executors.Set(new ExecutorState("claude-code", null));
        await connection.WelcomeAsync(TimeSpan.FromSeconds(30), takesChanges: true);

        Assert.NotNull((await connection.ReadAsync(_ => true)).Heartbeat);
        Assert.Equal([true, true], await ChangedAsync(connection));
        _executors.Set(new ExecutorState("command", Missing));
        Assert.Equal([true, false], await ChangedAsync(connection));

        connection.Cut();
        Proto.RunnerHello hello = (await (await _coordinator.NextAsync()).ReadAsync(_ => true)).Hello;
        Assert.Equal(["claude-code"], hello.Executors);

        static async Task<IEnumerable<bool>> ChangedAsync(TestCoordinator.Connection connection)
        {
            Proto.RunnerFrame frame = await connection.ReadAsync(frame => frame.ExecutorsChanged is not null);
            return frame.ExecutorsChanged.ExecutorInfos.Select(info => info.Available);
        }
    }

    /// <summary>It would take the frame for garbage and end the connection.</summary>
    [Fact]
    public async Task Executors_ThatChange_AreNotToldToACoordinatorFromBefore()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        _executors.Set(new ExecutorState("claude-code", null));
        PostStarted("run_a");

        List<Proto.RunnerFrame.FrameOneofCase> frames = [];
        await connection.ReadAsync(frame =>
        {
            frames.Add(frame.FrameCase);
            return frame.RunStarted is not null;
        });

        Assert.DoesNotContain(Proto.RunnerFrame.FrameOneofCase.ExecutorsChanged, frames);
    }

    [Fact]
    public async Task Welcome_IsFollowedByAHeartbeatAndTheReportsThatWaited()
    {
        PostStarted("run_a");
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();

        Assert.NotNull((await connection.ReadAsync(_ => true)).Heartbeat);
        Assert.Equal(
            "run_a",
            (await connection.ReadAsync(frame => frame.RunStarted is not null)).RunStarted.Header.RunId);
    }

    [Fact]
    public async Task Command_IsReceiptedAndCarriedOut()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        await connection.WriteAsync(Start("run_a"));
        await connection.StopAsync("run_a", TimeSpan.FromSeconds(3));

        Assert.Equal("cmd_run_a", (await Receipt(connection)).CommandId);
        Proto.CommandReceived receipt = await Receipt(connection);
        Assert.Equal("cmd_stop_run_a", receipt.CommandId);
        Assert.InRange(
            (receipt.Time.ToDateTimeOffset() - TimeProvider.System.GetUtcNow()).Duration(),
            TimeSpan.Zero,
            TimeSpan.FromSeconds(2));
        StopOrder order = _launcher.Launched.Single().Stops.Single();
        Assert.Equal(TimeSpan.FromSeconds(3), order.Deadline - order.ReceivedAt);
    }

    [Fact]
    public async Task Stop_BeforeItsStart_IsReportedAndAcknowledgedAway()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        await connection.StopAsync("run_a", TimeSpan.Zero);

        Proto.RunEnded end = (await connection.ReadAsync(frame => frame.RunEnded is not null)).RunEnded;
        Assert.Equal(Proto.RunOutcome.NeverStarted, end.Outcome);
        await connection.AckAsync(end.Header);

        await Eventually.True(() => _table.Held().Count == 0);
    }

    [Fact]
    public async Task Connection_CutInTheMiddle_IsMadeAgainAndReportsRepeated()
    {
        await BeginAsync();
        TestCoordinator.Connection first = await _coordinator.NextWelcomedAsync();
        await first.WriteAsync(Start("run_a"));
        await Receipt(first);
        PostStarted("run_a");
        Proto.RunStarted report = (await first.ReadAsync(frame => frame.RunStarted is not null)).RunStarted;

        first.Cut();

        TestCoordinator.Connection second = await _coordinator.NextWelcomedAsync();
        Assert.Equal(report, (await second.ReadAsync(frame => frame.RunStarted is not null)).RunStarted);
        Assert.Empty(_launcher.Launched.Single().Stops);
    }

    [Theory]
    [InlineData(StatusCode.OK)]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Internal)]
    public async Task Connection_ClosedByTheCoordinator_IsMadeAgain(StatusCode status)
    {
        await BeginAsync();
        (await _coordinator.NextWelcomedAsync()).Close(status);

        await _coordinator.NextWelcomedAsync();
    }

    [Fact]
    public async Task Coordinator_FallsSilent_IsLeftAfterThreeHeartbeats()
    {
        await BeginAsync();
        TestCoordinator.Connection silent = await _coordinator.NextWelcomedAsync(ShortHeartbeat);
        DateTimeOffset begun = TimeProvider.System.GetUtcNow();

        await silent.ReadToEndAsync();

        Assert.True(TimeProvider.System.GetUtcNow() - begun >= ShortHeartbeat * 2);
        await _coordinator.NextWelcomedAsync();
    }

    [Fact]
    public async Task Coordinator_AnswersHeartbeats_IsKept()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync(ShortHeartbeat * 5);

        for (int i = 0; i < 5; i++)
            await connection.AnswerAsync((await connection.ReadAsync(frame => frame.Heartbeat is not null)).Heartbeat);

        Assert.InRange(_clock.Mapping.Uncertainty, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(_clock.Mapping.Offset.Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Coordinator_NeverWelcomes_IsLeft()
    {
        ManualTime time = new();
        using CoordinatorLink link = NewLink(new RunnerClock(time));
        await link.StartAsync(CancellationToken.None);
        TestCoordinator.Connection mute = await _coordinator.NextAsync();
        await mute.ReadAsync(frame => frame.Hello is not null);
        await Eventually.True(() => time.NextDue is not null);

        time.Advance(LinkConnection.WelcomeTimeout);

        await mute.ReadToEndAsync();
        await Eventually.True(() => time.NextDue is not null);
        time.Advance(Backoff.Longest);
        await _coordinator.NextAsync();
        await time.DriveAsync(link.StopAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Disconnect_WithATimeToWait_IsHonoured()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        DateTimeOffset begun = TimeProvider.System.GetUtcNow();
        await connection.WriteAsync(new Proto.CoordinatorFrame
        {
            Disconnect = new Proto.Disconnect
            {
                Reason = Proto.DisconnectReason.Shutdown,
                RetryAfter = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(700)),
            },
        });

        await _coordinator.NextAsync();

        Assert.True(TimeProvider.System.GetUtcNow() - begun >= TimeSpan.FromMilliseconds(690));
    }

    [Fact]
    public async Task Disconnect_NothingThatFollowsIsActedUpon()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        await connection.WriteAsync(new Proto.CoordinatorFrame { Disconnect = new Proto.Disconnect() });
        try
        {
            await connection.WriteAsync(Start("run_late"));
        }
        catch (InvalidOperationException)
        {
            // The runner has already left.
        }

        TestCoordinator.Connection next = await _coordinator.NextAsync();
        Proto.RunnerHello hello = (await next.ReadAsync(_ => true)).Hello;

        Assert.Empty(hello.Runs);
        Assert.Empty(_launcher.Launched);
    }

    [Fact]
    public async Task Frame_OfAKindTheRunnerDoesNotKnow_IsPassedOver()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        await connection.WriteAsync(new Proto.CoordinatorFrame());
        await connection.WriteAsync(new Proto.CoordinatorFrame { Drain = new Proto.Drain { Draining = true } });
        await connection.WriteAsync(Start("run_a"));

        Assert.Equal("run_a", (await Receipt(connection)).RunId);
    }

    [Fact]
    public async Task Welcome_WithRunsToForget_EndsThemAndSendsNothingOfThem()
    {
        _table.Start(new Proto.StartRun { RunId = "run_a", Epoch = 1 });
        PostStarted("run_a");
        PostStarted("run_b");
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync(heartbeat: null, "run_a");

        Assert.Equal(
            "run_b",
            (await connection.ReadAsync(frame => frame.RunStarted is not null)).RunStarted.Header.RunId);
        Assert.Equal(StopOrigin.Forgotten, _launcher.Launched.Single().Stops.Single().Origin);
    }

    [Fact]
    public async Task Shutdown_EndsTheStreamInGoodOrder()
    {
        await BeginAsync();
        TestCoordinator.Connection connection = await _coordinator.NextWelcomedAsync();
        Task<Proto.RunnerFrame> reading = connection.ReadAsync(_ => false);

        Task stopping = _link.StopAsync(CancellationToken.None);

        Exception end = await Assert.ThrowsAsync<InvalidOperationException>(() => reading.WithTimeout());
        Assert.Equal("The runner ended the stream.", end.Message);
        connection.Close();
        await stopping.WithTimeout();
    }

    private CoordinatorLink NewLink(RunnerClock clock) => new(
        new GrpcDialer(_coordinator.Address),
        new RunnerIdentity
        {
            RunnerId = "rnr_x",
            BootId = "boot",
            Name = "test",
            Hostname = "host",
            ProjectDirectory = "/",
            Tags = [],
            Capacity = 8,
            Version = "1",
            Containment = "fake",
        },
        _executors, _table, _outbox, clock, new Random(1), NullLogger<CoordinatorLink>.Instance);

    private Task BeginAsync() => _link.StartAsync(CancellationToken.None);

    private void PostStarted(string runId) =>
        _outbox.Post(
            new Proto.RunnerFrame { RunStarted = new Proto.RunStarted { Header = new RunKey(runId, 1).NewHeader() } });

    private static Proto.CoordinatorFrame Start(string runId) =>
        new() { StartRun = new Proto.StartRun { CommandId = $"cmd_{runId}", RunId = runId, Epoch = 1 } };

    private static async Task<Proto.CommandReceived> Receipt(TestCoordinator.Connection connection) =>
        (await connection.ReadAsync(frame => frame.CommandReceived is not null)).CommandReceived;
}
