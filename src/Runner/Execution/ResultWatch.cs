using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Since when an agent has its result behind it and has nothing left to do but to exit. Set by whoever reads its output;
/// thread-safe.
/// </summary>
internal sealed class ResultWatch(RunnerClock clock)
{
    private readonly Lock _lock = new();
    private Signal _changed = new();
    private DateTimeOffset? _since;

    /// <summary>On the runner's clock; null while the agent works.</summary>
    public DateTimeOffset? Since
    {
        get
        {
            lock (_lock)
                return _since;
        }

        set
        {
            Signal changed;
            lock (_lock)
            {
                _since = value;
                (changed, _changed) = (_changed, new Signal());
            }

            changed.Set();
        }
    }

    /// <summary>Completes when the agent has lingered for so long without going on, or when it is cancelled.</summary>
    public async Task LingeredAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Task changed = Changed;
            if (Since is not { } since)
            {
                await changed;
                continue;
            }

            TimeSpan left = since + atMost - clock.Now;
            if (left <= TimeSpan.Zero)
                return;
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(clock.DelayAsync(left, over.Token), changed.InContext());
            over.Cancel();
        }
    }

    private Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }
}
