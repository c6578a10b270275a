using System.Collections.Concurrent;
using System.Globalization;
using Coordinator.Simulation.Coordinators;

namespace Coordinator.Simulation;

/// <summary>Plays many histories, several at a time.</summary>
internal static class Campaign
{
    /// <summary>Plays the histories of all seeds.</summary>
    /// <returns>Those that went wrong, in order.</returns>
    public static IReadOnlyList<Outcome> Play(
        IEnumerable<int> seeds, Settings settings, int cores, bool stopAtFirst = false, Action<int>? played = null)
    {
        ConcurrentQueue<int> left = new(seeds);
        ConcurrentBag<Outcome> wrong = [];
        int count = 0;
        Thread[] threads = [.. Enumerable.Range(0, cores).Select(_ => new Thread(Work))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return [.. wrong.OrderBy(o => o.Seed)];

        void Work()
        {
            using SimulatedDatabase database = new();
            while (left.TryDequeue(out int seed) && !(stopAtFirst && !wrong.IsEmpty))
            {
                if (Play(seed, settings, database) is { Problem: not null } outcome)
                    wrong.Add(outcome);
                played?.Invoke(Interlocked.Increment(ref count));
            }
        }
    }

    /// <summary>Plays one history and tells it.</summary>
    public static Outcome Tell(int seed, Settings settings)
    {
        using SimulatedDatabase database = new();
        return Play(seed, settings, database, tellsStory: true);
    }

    private static Outcome Play(int seed, Settings settings, SimulatedDatabase database, bool tellsStory = false)
    {
        string memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string directory = Path.Combine(memory, string.Create(CultureInfo.InvariantCulture, $"coordinator-simulation-{Environment.ProcessId}-{seed}"));
        database.Clear();
        try
        {
            World world = new(seed, settings, database, directory, tellsStory);
            string? problem = world.Play();
            return new Outcome(seed, problem, world.Story.ToString(), world.Simulator.Steps, world.Checks.Commits);
        }
        finally
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }
}

/// <summary>How one history ended.</summary>
/// <param name="Problem">What was violated; null if nothing was.</param>
internal sealed record Outcome(int Seed, string? Problem, string Story, long Steps, int Commits);
