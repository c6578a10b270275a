using System.Runtime.Versioning;
using System.Text;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>Finds and ends what an earlier life of a runner left behind, by the cookie in its environment.</summary>
[SupportedOSPlatform("linux")]
internal sealed class CookieSweep(string runnerId, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>The run a process belongs to, or null if it carries no cookie or is not ours to read.</summary>
    public static (string? RunId, string? RunnerId) Read(int process)
    {
        var environment = ProcFile.ReadAll(process, "environ"u8).Span;
        return (Value(environment, RunCookie.RunVariable), Value(environment, RunCookie.RunnerVariable));
    }

    /// <summary>
    /// Kills all processes with this runner's cookie and all that descend from them, until nothing is found or, for
    /// what cannot be killed, until patience ends.
    /// </summary>
    /// <returns>How many processes were ended of each run.</returns>
    public async Task<IReadOnlyDictionary<string, int>> EndAsync(CancellationToken cancellationToken)
    {
        var ledgers = new Dictionary<string, ProcessLedger>();
        var untouchable = ProcessTable.SelfAndAncestors();
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < Patience && FindRuns() is { Count: > 0 } runs)
        {
            foreach (var run in runs)
            {
                if (!ledgers.TryGetValue(run, out var ledger))
                {
                    ledgers.Add(run, ledger = new());
                }

                SignalRounds.Kill(() => Members(run).Where(p => !untouchable.Contains(p.Id)), ledger);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        return ledgers.ToDictionary(
            entry => entry.Key, entry => entry.Value.Empty().Seen - Members(entry.Key).Count(p => p.IsAlive));

        HashSet<string> FindRuns() =>
        [
            .. ProcessTable.Enumerate()
                .Where(p => p.IsAlive && !untouchable.Contains(p.Id))
                .Select(p => Read(p.Id))
                .Where(cookie => cookie.RunnerId == runnerId)
                .Select(cookie => cookie.RunId)
                .OfType<string>(),
        ];
    }

    private IEnumerable<ProcessStat> Members(string runId) =>
        ProcessTable.Descendants(p => p.IsAlive && Read(p.Id) == (runId, runnerId), includeRoots: true);

    private static string? Value(ReadOnlySpan<byte> environment, string name)
    {
        foreach (var range in environment.Split((byte)0))
        {
            var entry = environment[range];
            if (entry.Length > name.Length && entry[name.Length] == '=' && Ascii.Equals(entry[..name.Length], name))
            {
                return Encoding.UTF8.GetString(entry[(name.Length + 1)..]);
            }
        }

        return null;
    }
}
