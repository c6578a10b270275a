using Coordinator.Testing.Waiting;

namespace Coordinator.AgentRunner.Tests.Execution;

/// <summary>
/// Time that stands still until a test moves it, from one timer to the next. The wall clock can be set without the
/// monotonic one noticing, as an operator does it.
/// </summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed;
    private DateTimeOffset _wallStart = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Elapsed
    {
        get
        {
            lock (_gate)
                return _elapsed;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _wallStart + _elapsed;
    }

    public override long GetTimestamp() => Elapsed.Ticks;

    public void SetWallClock(TimeSpan by)
    {
        lock (_gate)
            _wallStart += by;
    }

    /// <summary>When the next timer is due, since the beginning.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_gate)
                return _timers.Min(timer => timer.Due);
        }
    }

    /// <summary>Whether a timer waits for exactly this time from now.</summary>
    public bool IsWaitingFor(TimeSpan span)
    {
        lock (_gate)
            return _timers.Any(timer => timer.Due == _elapsed + span);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state, period);
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, firing on the way what is due.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan until = Elapsed + by;
        while (true)
        {
            ManualTimer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
                _elapsed = next?.Due is { } due && due > _elapsed ? due : next is null ? until : _elapsed;
                next?.Fire();
            }

            if (next is null)
                return;
            next.Call();
        }
    }

    /// <summary>Moves from timer to timer until the work is done.</summary>
    public async Task DriveAsync(Task work, TimeSpan? until = null)
    {
        while (!work.IsCompleted)
        {
            await Eventually.True(() => work.IsCompleted || NextDue is not null);
            if (work.IsCompleted || NextDue is not { } due)
                continue;
            if (due > until)
            {
                Advance(until.Value - Elapsed);
                return;
            }

            Advance(due - Elapsed);
            // The work may need the thread that this loop would keep for as long as some timer is due.
            await Task.Yield();
        }

        await work;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state, TimeSpan period) : ITimer
    {
        public TimeSpan? Due { get; private set; }

        /// <summary>Called with the lock held.</summary>
        public void Fire() => Due = period > TimeSpan.Zero ? Due + period : null;

        public void Call() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time._gate)
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._elapsed + dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                Due = null;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
