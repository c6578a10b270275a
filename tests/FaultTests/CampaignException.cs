namespace Coordinator.FaultTests;

/// <summary>A campaign that could not be played to its end: what it was to show, nobody knows.</summary>
internal sealed class CampaignException(CampaignSettings settings, IReadOnlyList<Round> rounds, Exception cause)
    : Exception(Describe(settings, rounds, cause), cause)
{
    private static string Describe(CampaignSettings settings, IReadOnlyList<Round> rounds, Exception cause) => string.Join('\n', [
        .. rounds,
        $"The campaign ended in round {rounds.Count + 1} of {settings.Rounds} "
            + $"(--rounds {settings.Rounds} --seed {settings.Seed}): {cause.Message}",
    ]);
}
