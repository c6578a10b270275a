using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Link;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>
/// Ends the runs when the runner ends, and has their reports delivered. Registered after the link, so that the host
/// stops it before.
/// </summary>
internal sealed partial class RunnerShutdown(
    RunTable table, ReportOutbox outbox, RunnerClock clock, ShutdownGrace grace, ILogger<RunnerShutdown> logger)
    : IHostedService
{
    /// <summary>
    /// How long the coordinator may take to commit the last reports. It gets them again from the next life.
    /// </summary>
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(2);

    /// <summary>What is alive this long after its SIGKILL cannot be ended by waiting for it.</summary>
    private static readonly TimeSpan StuckTimeout = TimeSpan.FromSeconds(5);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        LogStopping(logger, grace.Value);
        table.Close(grace.Value);
        if (!await IsDoneWithinAsync(table.Idle, grace.Value + StuckTimeout))
            LogStuck(logger);
        else if (!await IsDoneWithinAsync(outbox.WhenEmptyAsync(), DeliveryTimeout))
            LogUndelivered(logger);
    }

    private async Task<bool> IsDoneWithinAsync(Task task, TimeSpan timeout)
    {
        try
        {
            await task.WaitAsync(timeout, clock.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(70, LogLevel.Information, "Shutting down; runs have {Grace} to end")]
    private static partial void LogStopping(ILogger logger, TimeSpan grace);

    [LoggerMessage(71, LogLevel.Error, "Some runs could not be ended; the next start of the runner tries again")]
    private static partial void LogStuck(ILogger logger);

    [LoggerMessage(72, LogLevel.Warning,
        "The coordinator did not take all reports; they are told again at the next start")]
    private static partial void LogUndelivered(ILogger logger);
}
