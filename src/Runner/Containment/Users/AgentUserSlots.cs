using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>The users that agents run as, each of them for one run at a time. Thread-safe.</summary>
/// <param name="users">The users.</param>
/// <param name="time">The clock that patience is measured by.</param>
[SupportedOSPlatform("linux")]
internal sealed class AgentUserSlots(IReadOnlyList<AgentUser> users, TimeProvider time)
{
    /// <summary>
    /// How long a start waits for a user: the coordinator learns of a run's end a moment before its user is free again.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly LinkedList<AgentUser> _free = new(users);
    private readonly HashSet<AgentUser> _leased = [];

    /// <summary>
    /// A user that no run has and no process, longest unused first. What is alive of it was started by something that remembers it, as
    /// <c>cron</c> does, and is ended before the run begins.
    /// </summary>
    /// <param name="isUnwanted">Whether it is not wanted any more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AgentStartException">There is none.</exception>
    /// <exception cref="OperationCanceledException">It is not wanted any more, before there was one.</exception>
    public async Task<AgentUser> TakeAsync(Func<bool> isUnwanted, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        string reason = "each has a run, or processes that cannot be ended";
        do
        {
            for (int i = users.Count; i > 0 && TryTake() is { } user; i--)
            {
                try
                {
                    if (new UserProcesses(user.Credentials).End(new ProcessLedger()))
                    {
                        Lease(user);
                        return user;
                    }
                }
                catch (IOException exception)
                {
                    reason = exception.Message.TrimEnd('.');
                }

                Return(user);
            }

            await Task.Delay(Pause, time, cancellationToken);
            if (isUnwanted())
                throw new OperationCanceledException("It is not wanted any more.");
        }
        while (time.GetElapsedTime(started) < Patience);

        throw new AgentStartException(
            $"None of the {users.Count} users in Runner:AgentUsers is free: {reason}. " +
            "Look for them with `ps -fu <user>`, or name more users.");
    }

    /// <summary>
    /// Keeps a user from runs until it is returned. False if a run has it: then nothing that was alive of it before that run
    /// is alive now. Waits while another caller has it for a moment.
    /// </summary>
    public async Task<bool> HoldAsync(AgentUser user, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_leased.Contains(user))
                    return false;
                if (_free.Remove(user))
                    return true;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Gives a user back.</summary>
    public void Return(AgentUser user)
    {
        lock (_lock)
        {
            _leased.Remove(user);
            _free.AddLast(user);
        }
    }

    private AgentUser? TryTake()
    {
        lock (_lock)
        {
            AgentUser? user = _free.First?.Value;
            if (user is not null)
                _free.RemoveFirst();
            return user;
        }
    }

    private void Lease(AgentUser user)
    {
        lock (_lock)
            _leased.Add(user);
    }
}
