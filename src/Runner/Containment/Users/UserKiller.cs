using System.ComponentModel;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>
/// Has a process of its own, a killer, send SIGKILL to every process of a user: the kernel goes through its list of processes at one
/// stroke, so that no fork gets away. Thread-safe.
/// </summary>
/// <remarks>
/// They take turns: all of them have the same real user, by which one may signal another, and would end those that have not sent their
/// signals yet. None can hang: it makes a few calls of the system, of which none waits, and nobody but the administrator may signal it.
/// But its user's processes may make it slow, as they may lower the priority of what is effectively theirs. So nobody waits for it for
/// ever, and one that is late is waited for again before there is another one for its user: until it has ended, it could still signal
/// the user's next run. It has had its turn, so that of another user may end it meanwhile; then it did not kill, and there is another one.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class UserKiller
{
    /// <summary>Hundreds of times as long as one takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly Lock s_turn = new();
    private static readonly Dictionary<uint, int> s_late = [];

    /// <summary>
    /// Returns when the signals are sent, without waiting for their effect. False if that was not done, or not in time.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="program">The killer, instead of one that needs no program, if that cannot be had.</param>
    /// <param name="patience">How long it waits for its turn, and then for the killer.</param>
    /// <exception cref="Win32Exception">There is no room for another process.</exception>
    public static bool TryKillAllOf(Credentials user, OwnProgram program, TimeSpan patience)
    {
        if (!s_turn.TryEnter(patience))
            return false;
        try
        {
            int killer = s_late.Remove(user.UserId, out int late) && Children.Collect(late, wait: false) is null
                ? late
                : Children.TryStartKiller(user) ?? KillingProcess.Start(program, user);
            if (EndsInTime(killer, patience))
                return Children.Collect(killer, wait: true) is { Code: 0 };
            s_late.Add(user.UserId, killer);
            return false;
        }
        finally
        {
            s_turn.Exit();
        }
    }

    /// <summary>Without a descriptor to watch it by, it is waited for however long it takes.</summary>
    private static bool EndsInTime(int killer, TimeSpan patience)
    {
        using ProcessHandle? handle = ProcessHandle.TryOpen(killer);
        return handle is null || handle.Descriptor.WaitReadable((int)patience.TotalMilliseconds) || Children.HasEnded(killer);
    }
}
