using System.Diagnostics;
using Coordinator.Bench.Fleet;

namespace Coordinator.Bench.Runs;

/// <summary>Many who do the same, each as soon as it has been done for them.</summary>
internal static class Callers
{
    public const int Count = 64;

    /// <returns>How often a second.</returns>
    public static async Task<double> RepeatAsync(TimeSpan duration, Func<Task> one)
    {
        Stopwatch time = Stopwatch.StartNew();
        int[] done = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(CallAsync)));
        return done.Sum() / time.Elapsed.TotalSeconds;

        async Task<int> CallAsync()
        {
            int times = 0;
            for (; time.Elapsed < duration; times++)
                await one();
            return times;
        }
    }

    /// <summary>A whole run: started, given to a runner, reported to run and to have ended, and all of it on disk.</summary>
    public static async Task<PlayedSession> RunOneAsync(PlayedFleet fleet)
    {
        PlayedSession session = await fleet.StartAsync();
        await session.EndAsync();
        await session.Run.Settled;
        return session;
    }
}
