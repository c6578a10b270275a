using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>What must be true once everything was stopped.</summary>
internal static class Ending
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="BenchException">A stop was lost.</exception>
    public static async Task AssertAllEndedAsync(CoordinatorProcess coordinator, string label)
    {
        long begun = TimeProvider.System.GetTimestamp();
        Proto.SessionFilter active = new()
        {
            Labels = { ["fleet"] = label },
            Statuses = { Proto.SessionStatus.Pending, Proto.SessionStatus.Running, Proto.SessionStatus.Stopping },
        };
        int left;
        while ((left = (await coordinator.Sessions.ListSessionsAsync(new() { Filter = active, PageSize = 10 })).Sessions.Count) > 0)
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                throw new BenchException($"Not every stopped session of '{label}' has ended: there are at least {left} left.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
