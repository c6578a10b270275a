using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordinator.Storage;

/// <summary>
/// The coordinator is healthy as long as something can be written: everything it promises is a commit. Whoever asks within a second
/// is answered by the same commit, as anybody may ask as often as they like.
/// </summary>
internal sealed class LedgerHealth(Ledger ledger, TimeProvider time) : IHealthCheck
{
    /// <summary>A commit that has not happened by then keeps stops waiting, too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<HealthCheckResult>? _latest;
    private long _begun;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_latest is null || time.GetElapsedTime(_begun) >= Fresh)
                (_begun, _latest) = (time.GetTimestamp(), CheckAsync());
            return _latest.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthCheckResult> CheckAsync()
    {
        try
        {
            await ledger.ProveWritableAsync().WaitAsync(Patience);
            return HealthCheckResult.Healthy();
        }
        catch (Exception problem)
        {
            return HealthCheckResult.Unhealthy($"Nothing can be written to the database: {problem.Message}");
        }
    }
}
