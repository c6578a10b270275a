using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>
/// Finds and ends what an earlier life of a runner left behind: the processes that it wrote down, those that carry its
/// cookie in their environment, and all that descend from either.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SurvivorSweep(string runnerId, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly IReadOnlySet<int> _untouchable = ProcessTable.SelfAndAncestors();

    /// <summary>
    /// Kills until nothing is found or, for what cannot be killed, until patience ends.
    /// </summary>
    /// <param name="left">The runs that are known, and how to find them.</param>
    /// <param name="onlyThese">Whether runs that carry the cookie and are not known are left in peace.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<Survivor>> EndAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken)
    {
        var written = new Dictionary<ProcessIdentity, string>();
        foreach (var run in left)
        {
            foreach (var process in run.Trace.Processes)
            {
                written[process] = run.RunId;
            }
        }

        HashSet<string> known = [.. left.Select(run => run.RunId)];
        var ledgers = new SortedDictionary<string, ProcessLedger>(StringComparer.Ordinal);
        var started = time.GetTimestamp();
        while (FindRuns() is { Count: > 0 } runs && time.GetElapsedTime(started) < Patience)
        {
            foreach (var run in runs)
            {
                if (!ledgers.TryGetValue(run, out var ledger))
                {
                    ledgers.Add(run, ledger = new());
                }

                SignalRounds.Kill(() => Members(run), ledger);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        return
        [
            .. ledgers.Select(entry => Survivor.Of(entry.Key, entry.Value.Empty().Seen, CountAlive(entry.Key)) with
            {
                Names = entry.Value.Names,
            }),
        ];

        IReadOnlySet<string> FindRuns() => ProcessTable.Enumerate()
            .Where(p => p.IsAlive && !_untouchable.Contains(p.Id))
            .Select(RunOf)
            .OfType<string>()
            .Where(run => !onlyThese || known.Contains(run))
            .ToHashSet();

        string? RunOf(ProcessStat process)
        {
            if (written.TryGetValue(process.Identity, out var run))
            {
                return run;
            }

            var cookie = ProcessCookie.Read(process.Id);
            return cookie.RunnerId == runnerId ? cookie.RunId : null;
        }

        IEnumerable<ProcessStat> Members(string run) => ProcessTable
            .Descendants(p => p.IsAlive && RunOf(p) == run, includeRoots: true)
            .Where(p => !_untouchable.Contains(p.Id));

        int CountAlive(string run) => Members(run).Count(p => p.IsAlive);
    }
}
