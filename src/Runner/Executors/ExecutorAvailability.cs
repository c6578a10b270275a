using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// What is known of this runner's executors: which of them can be started now. Thread-safe; who listens to
/// <see cref="Changed"/> is called without the lock.
/// </summary>
internal sealed partial class ExecutorAvailability(IEnumerable<ExecutorState> initial, ILogger<ExecutorAvailability> logger)
{
    private readonly Lock _lock = new();
    private ExecutorState[] _current = [.. initial];

    /// <summary>Something is not as it was before.</summary>
    public event Action? Changed;

    /// <summary>Every executor that is enabled, by name.</summary>
    public IReadOnlyList<ExecutorState> Current => Volatile.Read(ref _current);

    /// <summary>Takes over what was found of all of them.</summary>
    public void Set(IReadOnlyList<ExecutorState> found) => Change(_ => [.. found]);

    /// <summary>Takes over what a start has found out about one of them.</summary>
    public void Set(ExecutorState found) => Change(current => [.. current.Select(state => state.Name == found.Name ? found : state)]);

    private void Change(Func<ExecutorState[], ExecutorState[]> change)
    {
        ExecutorState[] news;
        lock (_lock)
        {
            ExecutorState[] before = _current;
            ExecutorState[] now = change(before);
            news = [.. now.Except(before)];
            if (news.Length == 0)
                return;
            Volatile.Write(ref _current, now);
        }

        foreach (ExecutorState state in news)
        {
            if (state.Missing is { } missing)
                LogUnavailable(logger, state.Name, missing.Sentence);
            else
                LogAvailable(logger, state.Name);
        }

        Changed?.Invoke();
    }

    [LoggerMessage(100, LogLevel.Information, "The executor {Executor} can be started")]
    private static partial void LogAvailable(ILogger logger, string executor);

    [LoggerMessage(101, LogLevel.Warning, "The executor {Executor} is not offered: {Why}")]
    private static partial void LogUnavailable(ILogger logger, string executor, string why);
}
