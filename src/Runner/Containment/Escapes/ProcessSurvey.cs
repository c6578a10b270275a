using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>
/// Looks at the whole machine for what belongs to runs: what the runner has adopted, and which processes carry the cookie of one. The
/// environment of a process is read again only when it has become another program: at no other time can it have got one.
/// </summary>
/// <param name="runnerId">This runner.</param>
/// <param name="findAdopted">Finds its children that it did not start.</param>
/// <param name="holderOf">The run in whose container a process is; null if it is in none.</param>
/// <param name="isAccountedFor">Whether it is known which run a process belongs to, so that its cookie tells nothing new.</param>
[SupportedOSPlatform("linux")]
internal sealed class ProcessSurvey(
    string runnerId, Func<IReadOnlyList<Sighting>> findAdopted, Func<int, string?> holderOf, Func<Sighting, bool> isAccountedFor)
{
    private Dictionary<ProcessIdentity, Cookie> _cookies = [];
    private HashSet<ProcessIdentity> _unreadable = [];
    private ProcessIdentity? _beingRead;

    /// <summary>Looks. The one before has come to an end, or is not waited for any more.</summary>
    public Survey Look()
    {
        // Reading an environment waits for the process's memory, which whoever owns that can hold up for ever.
        if (_beingRead is { } stuck)
            _unreadable.Add(stuck);
        IReadOnlyList<Sighting> adopted = findAdopted();
        Dictionary<ProcessIdentity, Cookie> cookies = new(_cookies.Count + 16);
        HashSet<ProcessIdentity> unreadable = [];
        List<(string RunId, Sighting Sighting)> carriers = [];
        foreach (ProcessStat process in ProcessTable.Enumerate().Where(process => process.IsAlive))
        {
            if (_unreadable.Contains(process.Identity))
                unreadable.Add(process.Identity);
            else
                See(process);
        }

        (_cookies, _unreadable) = (cookies, unreadable);
        return new Survey(adopted, carriers.ToLookup(carrier => carrier.RunId, carrier => carrier.Sighting));

        void See(ProcessStat process)
        {
            Sighting? sighting = null;
            if (!_cookies.TryGetValue(process.Identity, out Cookie cookie) || cookie.Program != process.Program)
            {
                // What is about to become another program is found out by whoever looks next; a kernel thread never becomes one.
                string? runId = null;
                if (process.Program != default)
                {
                    sighting = new Sighting(process, holderOf(process.Id));
                    if (isAccountedFor(sighting.Value))
                        return;
                    runId = ReadCookie(process);
                }

                cookie = new Cookie(process.Program, runId);
            }

            cookies[process.Identity] = cookie;
            if (cookie.RunId is not null)
                carriers.Add((cookie.RunId, sighting ?? new Sighting(process, holderOf(process.Id))));
        }
    }

    /// <summary>The run of this runner that it says; null if there is none.</summary>
    private string? ReadCookie(ProcessStat process)
    {
        _beingRead = process.Identity;
        try
        {
            (string? run, string? runner) = ProcessCookie.Read(process.Id);
            return runner == runnerId ? run : null;
        }
        finally
        {
            _beingRead = null;
        }
    }

    /// <param name="Program">Of which program it is the environment.</param>
    /// <param name="RunId">Of which run of this runner it says it is.</param>
    private readonly record struct Cookie(ulong Program, string? RunId);
}
