using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>
/// Lets the runs finish when the runner ends, stops those that do not, and has their reports delivered. Registered after
/// the link, so that the host stops it before.
/// </summary>
internal sealed partial class RunnerShutdown(
    RunTable table, ReportOutbox outbox, RunnerClock clock, Departure departure, ILogger<RunnerShutdown> logger)
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
        table.Close();
        await DrainAsync();
        if (!await IsStoppedAsync())
            LogStuck(logger);
        else if (!await IsDoneWithinAsync(outbox.WhenEmptyAsync(), DeliveryTimeout))
            LogUndelivered(logger);
    }

    private async Task DrainAsync()
    {
        if (table.Alive > 0 && departure.IsWaiting)
        {
            LogDraining(logger, table.Alive, departure.DrainTimeout);
            await IsDoneWithinAsync(Task.WhenAny(table.Idle, departure.Impatience), departure.DrainTimeout);
        }

        departure.StopWaiting();
    }

    private async Task<bool> IsStoppedAsync()
    {
        if (table.Alive > 0)
            LogStopping(logger, table.Alive, departure.Grace);
        table.StopAll(departure.Grace);
        return await IsDoneWithinAsync(table.Idle, departure.Grace + StuckTimeout);
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

    [LoggerMessage(70, LogLevel.Information,
        "Shutting down: no new runs are taken, and {Runs} have {Timeout} to finish. Ctrl+C stops them now")]
    private static partial void LogDraining(ILogger logger, int runs, TimeSpan timeout);

    [LoggerMessage(71, LogLevel.Error, "Some runs could not be ended; the next start of the runner tries again")]
    private static partial void LogStuck(ILogger logger);

    [LoggerMessage(72, LogLevel.Warning,
        "The coordinator did not take all reports; they are told again at the next start")]
    private static partial void LogUndelivered(ILogger logger);

    [LoggerMessage(73, LogLevel.Information,
        "Stopping {Runs} runs: SIGTERM now, SIGKILL after {Grace}. Ctrl+C kills them now")]
    private static partial void LogStopping(ILogger logger, int runs, TimeSpan grace);
}
