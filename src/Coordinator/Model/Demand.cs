namespace Coordinator.Model;

/// <summary>What a run asks of its runner. Runs that ask for the same wait in the same queue, and for the same reason.</summary>
internal sealed class Demand : IEquatable<Demand>
{
    private readonly string _key;

    public Demand(string executor, RunDemands demands)
    {
        (Executor, Runner) = (executor, demands);
        // None of them can have this character.
        _key = string.Join('\0', [executor, demands.RunnerId, demands.Hostname.ToUpperInvariant(), .. demands.Tags]);
    }

    public string Executor { get; }

    public RunDemands Runner { get; }

    public static Demand Of(Run run) => new(run.Executor, run.Demands);

    public bool IsMetBy(RunnerProfile runner) => runner.Find(Executor) is { Available: true } && Fits(runner);

    /// <summary>The executor, on a runner that would meet the demand if it could start that; null on all others.</summary>
    public ExecutorInfo? BlockedOn(RunnerProfile runner) =>
        runner.Find(Executor) is { Available: false } executor && Fits(runner) ? executor : null;

    public bool Equals(Demand? other) => other is not null && string.Equals(_key, other._key, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as Demand);

    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    private bool Fits(RunnerProfile runner) =>
        (Runner.RunnerId.Length == 0 || Runner.RunnerId == runner.RunnerId)
        && (Runner.Hostname.Length == 0 || Runner.Hostname.Equals(runner.Hostname, StringComparison.OrdinalIgnoreCase))
        && Runner.Tags.All(runner.Tags.Contains);
}
