namespace Coordinator.Model;

/// <summary>An event that a run took in, and what became of it. A status that stayed the same is one too.</summary>
/// <param name="HolderBefore">The runner whose slot the run took; empty if it took none.</param>
/// <param name="HolderAfter">The runner whose slot it takes now.</param>
/// <param name="Stop">What has become of the run's stop; null if there was none.</param>
/// <param name="StopTook">From the request to the end, if both are known.</param>
internal sealed record RunTransition(
    RunClaim Claim,
    string SessionId,
    RunEventKind Event,
    RunStatus From,
    RunStatus To,
    string HolderBefore,
    string HolderAfter,
    StopOutcome? Stop,
    TimeSpan? StopTook)
{
    public bool IsMove => From != To;

    /// <summary>By how many runs more, or fewer, each runner holds after some events; those that take part in none are not in it.</summary>
    public static Dictionary<string, int> HeldChanges(IEnumerable<RunTransition> transitions)
    {
        Dictionary<string, int> changes = [];
        foreach (RunTransition transition in transitions)
        {
            if (transition.HolderBefore == transition.HolderAfter)
                continue;
            if (transition.HolderBefore.Length > 0)
                changes[transition.HolderBefore] = changes.GetValueOrDefault(transition.HolderBefore) - 1;
            if (transition.HolderAfter.Length > 0)
                changes[transition.HolderAfter] = changes.GetValueOrDefault(transition.HolderAfter) + 1;
        }

        return changes;
    }
}
