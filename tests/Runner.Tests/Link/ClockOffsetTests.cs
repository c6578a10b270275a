using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.Tests.Execution;

namespace Coordinator.AgentRunner.Tests.Link;

public sealed class ClockOffsetTests
{
    private readonly ManualTime _time = new();
    private readonly RunnerClock _clock;
    private readonly ClockOffset _offset;
    private TimeSpan _skew = TimeSpan.FromMinutes(3);

    public ClockOffsetTests()
    {
        _clock = new RunnerClock(_time);
        _offset = new ClockOffset(_clock);
    }

    [Fact]
    public void Welcome_GivesAnEstimateThatKnowsHowCoarseItIs()
    {
        DateTimeOffset begun = _clock.Now;
        _time.Advance(Ms(80));
        DateTimeOffset written = Coordinator;
        _time.Advance(Ms(20));

        _offset.Welcomed(written, begun);

        AssertTrue();
        Assert.Equal(Ms(100), _clock.Mapping.Uncertainty);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(1, 30)]
    [InlineData(30, 0)]
    public void Echo_OverAnUnevenPath_StaysWithinItsUncertainty(int there, int back)
    {
        Beat(there, back);

        AssertTrue();
        Assert.Equal(Ms((there + back) / 2.0), _clock.Mapping.Uncertainty);
    }

    [Fact]
    public void Echoes_TheFastestOfTheLastEightCounts()
    {
        Beat(50, 0);
        Beat(1, 1);
        for (int i = 0; i < 7; i++)
            Beat(0, 40);
        Assert.Equal(Ms(1), _clock.Mapping.Uncertainty);

        Beat(0, 40);

        Assert.Equal(Ms(20), _clock.Mapping.Uncertainty);
        AssertTrue();
    }

    [Fact]
    public void Echo_AfterTheCoordinatorsClockWasSet_VoidsTheOlderOnes()
    {
        Beat(1, 1);
        _skew += TimeSpan.FromSeconds(5);

        Beat(10, 10);

        AssertTrue();
    }

    [Fact]
    public void Welcome_OnANewConnection_VoidsTheOlderOnes()
    {
        Beat(1, 1);
        _skew -= TimeSpan.FromHours(8);
        DateTimeOffset begun = _clock.Now;
        _time.Advance(Ms(10));

        _offset.Welcomed(Coordinator, begun);

        AssertTrue();
    }

    [Fact]
    public void WallClock_OfTheRunnerIsSet_ChangesNothing()
    {
        Beat(1, 1);
        DateTimeOffset before = _clock.Now;
        _time.SetWallClock(TimeSpan.FromHours(-2));
        _time.Advance(Ms(3));

        Assert.Equal(Ms(3), _clock.Now - before);
        AssertTrue();
    }

    [Fact]
    public void Echo_OfAFrameFromTheFuture_IsIgnored()
    {
        Beat(1, 1);
        ClockMapping before = _clock.Mapping;

        _offset.Echoed(_clock.Now + TimeSpan.FromDays(1), Coordinator);

        Assert.Same(before, _clock.Mapping);
    }

    private DateTimeOffset Coordinator =>
        new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) + _time.Elapsed + _skew;

    private void Beat(int there, int back)
    {
        DateTimeOffset sent = _clock.Now;
        _time.Advance(Ms(there));
        DateTimeOffset answered = Coordinator;
        _time.Advance(Ms(back));
        _offset.Echoed(sent, answered);
    }

    /// <summary>What the mapping says is as true as it says it is.</summary>
    private void AssertTrue() => Assert.InRange(
        _clock.Mapping.Map(_clock.Now).ToDateTimeOffset() - Coordinator,
        -_clock.Mapping.Uncertainty,
        _clock.Mapping.Uncertainty);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
