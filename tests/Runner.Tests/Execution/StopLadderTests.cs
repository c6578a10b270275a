using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Primitives;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Execution;

public sealed class StopLadderTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly RunnerClock _clock;
    private readonly StopRequest _stop = new();
    private readonly FakeContainer _container;
    private readonly Witness _witness;
    private readonly StopLadder _ladder;

    public StopLadderTests()
    {
        _clock = new RunnerClock(_time);
        _container = new FakeContainer(_time);
        _witness = new Witness(_time);
        _ladder = new StopLadder(_container, _stop, _clock, _witness, NullLogger.Instance);
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    [Fact]
    public async Task Stop_AgentObeysSigterm_IsOverWithoutSigkill()
    {
        Order(Seconds(10));
        _container.OnTerminate = () => _container.ExitAgent(0, "SIGTERM");

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.None));

        Assert.Equal([("TERM", TimeSpan.Zero)], _container.Signals);
        Assert.Equal(["signalled 0"], _witness.Words);
        Assert.False(_ladder.Escalated);
        Assert.Equal(TimeSpan.Zero, _time.Elapsed);
    }

    [Fact]
    public async Task Stop_AgentIgnoresSigterm_IsKilledExactlyAtTheDeadline()
    {
        Order(Seconds(10));
        _container.OnKill = () => _container.Die("SIGKILL");

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.None));

        Assert.Equal([("TERM", TimeSpan.Zero), ("KILL", Seconds(10))], _container.Signals);
        Assert.Equal(["signalled 0", "killed 10000"], _witness.Words);
        Assert.True(_ladder.Escalated);
    }

    [Fact]
    public async Task Stop_DeadlineCountsFromReceipt_NotFromTheFirstSignal()
    {
        Order(Seconds(10));
        _time.Advance(Seconds(4));
        _container.OnKill = () => _container.Die("SIGKILL");

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.None));

        Assert.Equal(Seconds(10), _container.KilledAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Stop_NothingOfTheBudgetIsLeft_KillsWithoutAskingFirst(int graceSeconds)
    {
        Order(Seconds(graceSeconds));
        _container.OnKill = () => _container.Die("SIGKILL");

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.Interrupt));

        Assert.Equal([("KILL", TimeSpan.Zero)], _container.Signals);
        Assert.Equal(["signalled 0", "killed 0"], _witness.Words);
    }

    [Theory]
    [InlineData(30, 10)]
    [InlineData(4, 4)]
    [InlineData(0, 2)]
    public async Task Stop_SecondOrderAfterTwoSeconds_EarlierDeadlineWins(int deadlineOfSecond, int killedAt)
    {
        Order(Seconds(10));
        _container.OnKill = () => _container.Die("SIGKILL");
        Task stopping = _ladder.StopAsync(SoftStop.None);
        await Eventually.True(() => _time.NextDue is not null);
        _time.Advance(Seconds(2));

        _stop.Add(new StopOrder(StopOrigin.Coordinator, _clock.Now, Start + Seconds(deadlineOfSecond)));
        if (deadlineOfSecond < 10)
            await Eventually.True(() => _time.NextDue is null || _time.NextDue < Seconds(10) || stopping.IsCompleted);
        await _time.DriveAsync(stopping);

        Assert.Equal(Seconds(killedAt), _container.KilledAt);
    }

    [Fact]
    public async Task Stop_DescendantsOutliveTheAgent_GetTheRestOfTheBudget()
    {
        Order(Seconds(10));
        _container.Alive = 3;
        _container.OnTerminate = () => _container.ExitAgent(143);
        _container.OnKill = () => _container.Alive = 0;

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.None));

        Assert.Equal(Seconds(10), _container.KilledAt);
        Assert.Equal(3, _ladder.Seen);
    }

    [Fact]
    public async Task Stop_DescendantsEndSoonAfterTheAgent_IsNoticedWithinMilliseconds()
    {
        Order(Seconds(10));
        _container.Alive = 3;
        _container.OnTerminate = () =>
        {
            _container.ExitAgent(143);
            _time.CreateTimer(_ => _container.Alive = 0, null, TimeSpan.FromMilliseconds(7), Timeout.InfiniteTimeSpan);
        };

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.None));

        Assert.InRange(_time.Elapsed, TimeSpan.FromMilliseconds(7), TimeSpan.FromMilliseconds(10));
        Assert.False(_ladder.Escalated);
    }

    [Fact]
    public async Task Stop_SoftStepIsIgnored_TakesAThirdOfTheBudget()
    {
        Order(Seconds(9));
        _container.OnKill = () => _container.Die("SIGKILL");

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.Interrupt));

        Assert.Equal([("INT", TimeSpan.Zero), ("TERM", Seconds(3)), ("KILL", Seconds(9))], _container.Signals);
        Assert.Equal(["signalled 0", "killed 9000"], _witness.Words);
    }

    [Fact]
    public async Task Stop_SoftStepWorks_SendsNothingElse()
    {
        Order(Seconds(9));
        _container.OnInterrupt = () => _container.ExitAgent(130);

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.Interrupt));

        Assert.Equal([("INT", TimeSpan.Zero)], _container.Signals);
    }

    [Fact]
    public async Task Stop_ProcessCannotBeKilled_SaysSoAndNeverGivesUp()
    {
        Order(TimeSpan.Zero);
        _container.Alive = 2;
        _container.Detail = "4711 (dd, uninterruptible)";
        Task stopping = _ladder.StopAsync(SoftStop.None);

        await _time.DriveAsync(stopping, until: Seconds(5));
        _container.Detail = "4712 (dd, uninterruptible)";
        await _time.DriveAsync(stopping, until: Seconds(60));
        Assert.False(stopping.IsCompleted);
        _container.Alive = 0;
        await _time.DriveAsync(stopping);

        Assert.Equal(4, _witness.Words.Count);
        Assert.StartsWith("stuck 1", _witness.Words[2], StringComparison.Ordinal);
        Assert.EndsWith("2 4711 (dd, uninterruptible)", _witness.Words[2], StringComparison.Ordinal);
        Assert.StartsWith("stuck 11", _witness.Words[3], StringComparison.Ordinal);
        Assert.EndsWith("2 4712 (dd, uninterruptible)", _witness.Words[3], StringComparison.Ordinal);
        Assert.InRange(_container.Signals.Count, 60, 120);
    }

    [Fact]
    public async Task Stop_CensusFails_IsNotTakenForEmpty()
    {
        Order(TimeSpan.Zero);
        _container.CensusFailure = new IOException("no /proc");
        Task stopping = _ladder.StopAsync(SoftStop.None);

        await _time.DriveAsync(stopping, until: Seconds(3));

        Assert.False(stopping.IsCompleted);
        Assert.Contains("no /proc", _witness.Words[^1], StringComparison.Ordinal);
        _container.Alive = 0;
        _container.CensusFailure = null;
        await _time.DriveAsync(stopping);
    }

    [Fact]
    public async Task Stop_SignalFails_GoesOnToTheNextStep()
    {
        Order(Seconds(1));
        _container.OnTerminate = () => throw new IOException("broken");
        _container.OnKill = () => _container.Die("SIGKILL");

        await _time.DriveAsync(_ladder.StopAsync(SoftStop.None));

        Assert.Equal(Seconds(1), _container.KilledAt);
    }

    [Fact]
    public async Task Sweep_NothingIsLeft_SignalsNothing()
    {
        _container.ExitAgent(0);

        await _time.DriveAsync(_ladder.SweepAsync(Seconds(2)));

        Assert.Empty(_container.Signals);
    }

    [Fact]
    public async Task Sweep_DescendantsIgnoreSigterm_AreKilledAfterTheGrace()
    {
        _container.Alive = 3;
        _container.ExitAgent(0);
        _container.OnKill = () => _container.Alive = 0;

        await _time.DriveAsync(_ladder.SweepAsync(Seconds(2)));

        Assert.Equal([("TERM", TimeSpan.Zero), ("KILL", Seconds(2))], _container.Signals);
    }

    [Fact]
    public async Task Sweep_ForceArrivesMeanwhile_KillsAtOnce()
    {
        _container.Alive = 3;
        _container.ExitAgent(0);
        _container.OnKill = () => _container.Alive = 0;
        Task sweeping = _ladder.SweepAsync(Seconds(2));
        await Eventually.True(() => !_container.Signals.IsEmpty);

        _stop.Add(StopOrder.Now(StopOrigin.Coordinator, _clock.Now));
        await sweeping.WithTimeout();

        Assert.Equal(TimeSpan.Zero, _container.KilledAt);
    }

    private static DateTimeOffset Start => new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private void Order(TimeSpan grace) => _stop.Add(StopOrder.After(StopOrigin.Coordinator, _clock.Now, grace));

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private sealed class Witness(ManualTime time) : IStopWitness
    {
        public List<string> Words { get; } = [];

        public void Signalled(DateTimeOffset at) => Add("signalled", "");

        public void Killed(DateTimeOffset at) => Add("killed", "");

        public void Stuck(DateTimeOffset at, ProcessCensus census) => Add("stuck", $" {census.Alive} {census.Detail}");

        private void Add(string word, string rest) => Words.Add($"{word} {time.Elapsed.TotalMilliseconds}{rest}");
    }
}
