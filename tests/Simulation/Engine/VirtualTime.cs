namespace Coordinator.Simulation.Engine;

/// <summary>The clock of one life. Its wall clock may be wrong; its timers are not.</summary>
internal sealed class VirtualTime(Simulator simulator, Life life, TimeSpan error) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => simulator.Now + error;

    public override long GetTimestamp() => simulator.Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        VirtualTimer timer = new(simulator, life, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer that goes off when the simulation gets to its time.</summary>
internal sealed class VirtualTimer(Simulator simulator, Life life, TimerCallback callback, object? state) : ITimer
{
    private long _due = -1;
    private TimeSpan _period;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _period = period;
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            _due = -1;
            return true;
        }

        TimeSpan due = simulator.Elapsed + dueTime;
        _due = due.Ticks;
        simulator.Schedule(this, due);
        return true;
    }

    /// <summary>The time has come for which it was set, unless it was set anew since.</summary>
    public void Elapse(long due)
    {
        if (due != _due || life.IsDead)
            return;
        _due = -1;
        if (_period > TimeSpan.Zero)
            Change(_period, _period);
        life.Post(s => callback(s), state);
    }

    public void Dispose() => _due = -1;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
