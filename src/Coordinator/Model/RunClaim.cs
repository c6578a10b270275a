namespace Coordinator.Model;

/// <summary>A run under one claim.</summary>
internal readonly record struct RunClaim(string RunId, long Epoch)
{
    public static RunClaim Of(Run run) => new(run.RunId, run.Epoch);
}
