namespace Coordinator.FaultTests;

/// <summary>What became of a campaign.</summary>
/// <param name="Account">Each round in a line.</param>
/// <param name="Problems">The promises that were broken.</param>
internal sealed record CampaignReport(int Seed, IReadOnlyList<string> Account, IReadOnlyList<string> Problems)
{
    public int Runs { get; init; }

    public int Stops { get; init; }

    /// <summary>How many runs were not over at a time, round by round.</summary>
    public IReadOnlyList<int> Active { get; init; } = [];

    public IReadOnlyDictionary<string, int> Ends { get; init; } = new Dictionary<string, int>();

    public override string ToString() => string.Join('\n', [
        .. Problems.Count > 0 ? Account : [],
        $"Seed {Seed}: {Account.Count} rounds, {Runs} runs, {Stops} stops that were answered, {Active.Order().ElementAtOrDefault(Active.Count / 2)} runs at a time (median, {Active.DefaultIfEmpty().Min()} to {Active.DefaultIfEmpty().Max()}).",
        $"Ends: {string.Join(", ", Ends.OrderByDescending(e => e.Value).Select(e => $"{e.Value} {e.Key}"))}.",
        Problems.Count == 0 ? "No promise was broken." : string.Join('\n', Problems),
    ]);
}
