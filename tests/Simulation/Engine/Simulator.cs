namespace Coordinator.Simulation.Engine;

/// <summary>
/// One thread and one clock for everything in a history. Whatever could happen next is taken in an order that the seed
/// decides, and time only moves when nothing is left to do: the same seed gives the same history.
/// </summary>
internal sealed class Simulator(int seed)
{
    /// <summary>Any moment would do; this one is easy to read.</summary>
    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>More steps without any time passing are a loop that never waits.</summary>
    private const int MostAtOnce = 200_000;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Work> _ready = [];
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private long _order;
    private int _stepsAtOnce;
    private volatile bool _isOver;

    public Random Random { get; } = new(seed);

    /// <summary>Since the beginning of the history.</summary>
    public TimeSpan Elapsed { get; private set; }

    public DateTimeOffset Now => Begin + Elapsed;

    /// <summary>Pieces of work that were done.</summary>
    public long Steps { get; private set; }

    /// <summary>What broke the rules of the simulation itself; null while nothing did.</summary>
    public string? Defect { get; private set; }

    public void Enqueue(Life life, SendOrPostCallback callback, object? state)
    {
        // What is left of the dead may still be cleaned up, by whatever thread.
        if (life.IsDead || _isOver)
            return;
        if (Environment.CurrentManagedThreadId != _thread)
            Fail($"Something left the simulation's thread and cannot be reproduced:\n{Environment.StackTrace}");
        else
            _ready.Add(new Work(life, callback, state));
    }

    public void Schedule(VirtualTimer timer, TimeSpan due) => _timers.Enqueue(timer, (due.Ticks, _order++));

    /// <summary>Nothing of the history does anything any more.</summary>
    public void End() => _isOver = true;

    public void Fail(string defect) => Defect ??= defect;

    /// <summary>Does one thing.</summary>
    /// <returns>False when nothing is left to do until the limit.</returns>
    public bool Step(TimeSpan limit)
    {
        while (true)
        {
            if (TakeReady() is { } work)
            {
                Steps++;
                if (++_stepsAtOnce > MostAtOnce)
                    Fail($"Nobody waits any more: {MostAtOnce:N0} steps at one moment, the last of {work.Life.Name}.");
                work.Life.Do(work.Callback, work.State);
                return true;
            }

            if (!_timers.TryPeek(out _, out var next) || next.Due > limit.Ticks)
            {
                Elapsed = limit;
                return false;
            }

            if (next.Due > Elapsed.Ticks)
                (Elapsed, _stepsAtOnce) = (TimeSpan.FromTicks(next.Due), 0);
            VirtualTimer timer = _timers.Dequeue();
            timer.Elapse(next.Due);
        }
    }

    private Work? TakeReady()
    {
        while (_ready.Count > 0)
        {
            // Frozen lives keep their work; there are few of them.
            int index = Random.Next(_ready.Count);
            if (_ready[index].Life.IsFrozen)
            {
                index = _ready.FindIndex(w => !w.Life.IsFrozen);
                if (index < 0)
                    return null;
            }

            Work work = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            if (!work.Life.IsDead)
                return work;
        }

        return null;
    }

    private sealed record Work(Life Life, SendOrPostCallback Callback, object? State);
}
