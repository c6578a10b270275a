using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Processes;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>
/// Gives each run a user of the machine for itself, on top of its container. Agents reach neither the runner nor one another, and what
/// is alive of a run is what is alive of its user.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class UserContainment : IContainment
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly IContainment _inner;
    private readonly IReadOnlyList<AgentUser> _users;
    private readonly AgentUserSlots _slots;
    private readonly AgentHomes? _homes;
    private readonly AgentUserLocks _locks;
    private readonly TimeProvider _time;

    private UserContainment(
        IContainment inner, IReadOnlyList<AgentUser> users, AgentHomes? homes, AgentUserLocks locks, TimeProvider time)
    {
        (_inner, _users, _homes, _locks, _time) = (inner, users, homes, locks, time);
        _slots = new AgentUserSlots(users, time);
    }

    public string Kind => _inner.Kind;

    public Proto.Isolation Isolation => Proto.Isolation.User;

    public int? MaxRuns => _users.Count;

    /// <param name="inner">What holds the processes of a run together. Disposed of with this.</param>
    /// <param name="users">For agents alone: whatever else runs as one of them is ended.</param>
    /// <param name="places">Where their homes and locks are.</param>
    /// <param name="runnerId">This runner.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told about homes that cannot be deleted.</param>
    /// <exception cref="ContainmentUnavailableException">A user cannot be an agent's.</exception>
    public static UserContainment Create(
        IContainment inner, IReadOnlyList<AgentUser> users, AgentPlaces places, string runnerId, TimeProvider time, ILogger logger)
    {
        (AgentUserLocks locks, IReadOnlyList<AgentUser> unused) = AgentUserLocks.Take(users, places.Locks);
        try
        {
            // Somebody's own user, named by mistake, would lose all its processes.
            foreach (AgentUser user in unused)
            {
                if (new UserProcesses(user.Credentials).Alive().Select(process => process.Description).FirstOrDefault() is { } stranger)
                {
                    throw new ContainmentUnavailableException(
                        $"user {user.Name} in Runner:AgentUsers has a process that is no agent's: {stranger}; the runner ends whatever runs as an " +
                        "agent user, so name users that are used for nothing else, or end what runs as them first");
                }
            }

            AgentHomes? homes = users.Any(user => user.Home is null) ? AgentHomes.Open(places.Homes, runnerId, logger) : null;
            return new UserContainment(inner, users, homes, locks, time);
        }
        catch (Exception exception)
        {
            locks.GiveUp();
            if (exception is IOException)
                throw new ContainmentUnavailableException($"processes cannot be looked at: {exception.Message.TrimEnd('.')}", exception);
            throw;
        }
    }

    public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        AgentUser user = await _slots.TakeAsync(launch.IsUnwanted, cancellationToken);
        Lease lease = new(this, user);
        try
        {
            string home = user.Home ?? (lease.MadeHome = _homes!.Create(launch.RunId, user.Credentials));
            return await _inner.StartAsync(
                launch with { User = user, Environment = user.Environment(launch.Environment, home), Released = lease.Release }, cancellationToken);
        }
        catch
        {
            lease.Release();
            throw;
        }
    }

    /// <remarks>
    /// The inner containment ends what is in the containers of an earlier life. Whatever else is alive of an agent user was left by it as
    /// well, whichever run it belonged to; a user of which something cannot be ended is not given to any run meanwhile.
    /// </remarks>
    public async Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken)
    {
        Dictionary<string, Survivor> survivors = (await _inner.EndSurvivorsAsync(left, onlyThese, cancellationToken)).ToDictionary(one => one.RunId);
        foreach (LeftRun run in left)
        {
            if (_users.FirstOrDefault(user => user.Id == run.Trace.UserId) is not { } user)
                continue;
            if (await EndAllOfAsync(user, run.RunId, cancellationToken) is { } found)
                survivors[run.RunId] = survivors.TryGetValue(run.RunId, out Survivor? known) ? known.And(found) : found;
        }

        if (!onlyThese)
            await EndStrangersAsync(cancellationToken);
        return [.. survivors.Values];
    }

    public void Dispose()
    {
        _inner.Dispose();
        _homes?.Dispose();
        _locks.Dispose();
    }

    /// <summary>
    /// What is of no run that is known, as one whose start was never written down; and the homes of them all. Nothing is proved by it:
    /// what it does not see is ended before a run gets its user.
    /// </summary>
    private async Task EndStrangersAsync(CancellationToken cancellationToken)
    {
        HashSet<uint> owners = [.. ProcessTable.Ids().Select(ProcFile.OwnerOf).OfType<uint>()];
        foreach (AgentUser user in _users.Where(user => owners.Contains(user.Id)))
            await EndAllOfAsync(user, "", cancellationToken);
        _homes?.RemoveAll();
    }

    /// <summary>
    /// Null if nothing of the user is left of an earlier life, and nothing was found. A user that a run of this life has is left in peace:
    /// it got it when nothing of it was alive.
    /// </summary>
    private async Task<Survivor?> EndAllOfAsync(AgentUser user, string runId, CancellationToken cancellationToken)
    {
        if (!await _slots.HoldAsync(user, cancellationToken))
            return null;
        ProcessLedger seen = new();
        int left;
        try
        {
            left = await EndHeldAsync(new UserProcesses(user.Credentials), seen, cancellationToken);
        }
        finally
        {
            // No run is given it as long as something of it is alive.
            _slots.Return(user);
        }

        ProcessCensus census = seen.Empty();
        return census.Seen + left > 0 ? Survivor.Of(runId, Math.Max(census.Seen, left), left) with { Names = seen.Names } : null;
    }

    /// <summary>
    /// How many are left; at least one as long as it is not proved that there is none: that some were left out of the signals, or could
    /// not be looked at.
    /// </summary>
    private async Task<int> EndHeldAsync(UserProcesses processes, ProcessLedger seen, CancellationToken cancellationToken)
    {
        for (long started = _time.GetTimestamp(); ;)
        {
            int left = 1;
            try
            {
                foreach (ProcessStat process in processes.Alive())
                    seen.Note(process);
                bool isComplete = processes.Kill(seen);
                left = Math.Max(isComplete ? 0 : 1, processes.Alive().Count());
            }
            catch (IOException)
            {
                // It is looked at again.
            }

            if (left == 0 || _time.GetElapsedTime(started) >= Patience)
                return left;
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    /// <summary>A user that a run has, until it is released for the first time.</summary>
    private sealed class Lease(UserContainment containment, AgentUser user)
    {
        private bool _isReleased;

        /// <summary>The home that was made for the run; null if its user has one.</summary>
        public string? MadeHome { get; set; }

        public void Release()
        {
            if (Interlocked.Exchange(ref _isReleased, true))
                return;
            if (MadeHome is not null)
                containment._homes!.Remove(MadeHome);
            containment._slots.Return(user);
        }
    }
}
