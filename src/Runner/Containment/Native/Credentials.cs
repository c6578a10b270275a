namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>Whose process it is. Immutable.</summary>
/// <param name="UserId">Never 0, the administrator's.</param>
/// <param name="GroupId">The user's own group.</param>
/// <param name="Groups">The other groups that it is in.</param>
/// <param name="MaxProcesses">How many processes and threads the user may have at a time.</param>
internal sealed record Credentials(uint UserId, uint GroupId, IReadOnlyList<uint> Groups, long MaxProcesses)
{
    /// <summary>To the system this number means "as it was".</summary>
    private const uint NoUser = uint.MaxValue;

    /// <summary>Whether a number may stand for a user or a group that is not the administrator's.</summary>
    public static bool IsOrdinary(uint id) => id is not (0 or NoUser);
}
