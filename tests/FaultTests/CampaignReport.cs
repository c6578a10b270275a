namespace Coordinator.FaultTests;

/// <summary>What became of a campaign.</summary>
/// <param name="Problems">The promises that were broken.</param>
internal sealed record CampaignReport(int Seed, IReadOnlyList<Round> Rounds, IReadOnlyList<string> Problems)
{
    public int Runs { get; init; }

    public int Stops { get; init; }

    public IReadOnlyDictionary<string, int> Ends { get; init; } = new Dictionary<string, int>();

    public override string ToString() => string.Join('\n', [
        $"Seed {Seed}: {Rounds.Count} rounds, {Runs} runs, {Stops} stops that were answered.",
        $"In a round: {Spread(r => r.Done.Starts)} starts, {Spread(r => r.Done.Stops)} stops, {Spread(r => r.Ended)} runs that ended, "
            + $"{Spread(r => r.Active)} runs at a time (least, median, most).",
        $"Ends: {string.Join(", ", Ends.OrderByDescending(e => e.Value).Select(e => $"{e.Value} {e.Key}"))}.",
        Problems.Count == 0 ? "No promise was broken." : string.Join('\n', Problems),
    ]);

    private string Spread(Func<Round, int> number)
    {
        int[] sorted = [.. Rounds.Select(number).Order()];
        return sorted.Length == 0 ? "no" : $"{sorted[0]}/{sorted[sorted.Length / 2]}/{sorted[^1]}";
    }
}
