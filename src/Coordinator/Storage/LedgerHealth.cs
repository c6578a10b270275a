using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Coordinator.Storage;

/// <summary>The coordinator is healthy as long as something can be written: everything it promises is a commit.</summary>
internal sealed class LedgerHealth(Ledger ledger) : IHealthCheck
{
    /// <summary>A commit that has not happened by then keeps stops waiting, too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await ledger.ProveWritableAsync().WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"Nothing can be written to the database: {problem.Message}");
        }
    }
}
