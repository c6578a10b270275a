using Coordinator.Errors;
using Coordinator.Hosting;
using Coordinator.Runners;
using Coordinator.Stops;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Runs;

/// <summary>
/// Looks once a second for what is due: runs that waited or ran for too long, runs whose runner is lost, stops that their
/// runner has not confirmed. Everything due is found in the database, so a restart forgets none of it.
/// </summary>
internal sealed partial class Deadlines(
    IDbContextFactory<CoordinatorDbContext> contexts,
    Ledger ledger,
    StopRequests stops,
    RunnerStreams streams,
    Ids ids,
    IOptions<CoordinatorOptions> options,
    TimeProvider time,
    ILogger<Deadlines> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A runner that is connected confirms a stop in milliseconds; after so long it is told again.</summary>
    private static readonly TimeSpan ConfirmWithin = TimeSpan.FromSeconds(5);

    private DateTimeOffset _reminded;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset started = time.GetUtcNow();
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ExpireQueuedAsync();
                await StopOverrunAsync();
                await LoseRunnersAsync(started);
                await RemindAsync();
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                // A full disk or a shutdown: what is due stays due.
                LogNotDone(problem is CoordinatorException ? null : problem, problem.Message);
            }
        }
    }

    private async Task ExpireQueuedAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (string runId in await FindAsync(r => r.Status == RunStatus.Pending && r.QueueDeadline <= now))
        {
            await ledger.ExecuteAsync(async scope =>
            {
                if (await scope.FindRunAsync(runId) is { Status: RunStatus.Pending } run)
                {
                    RunFailure failure = PendingReasons.IsMismatch(run.PendingReason)
                        ? RunFailure.NoMatchingRunner(run.PendingReason)
                        : RunFailure.QueueTimeout(run.QueueTimeout);
                    await scope.ApplyAsync(run, new RunEvent.ExpireQueue(failure));
                }

                return true;
            });
        }
    }

    private async Task StopOverrunAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        StopTerms terms = new("coordinator", "max_runtime is over.", options.Value.DefaultGracePeriod, Force: false);
        foreach (string runId in await FindAsync(r => r.Status == RunStatus.Running && r.RunDeadline <= now))
        {
            try
            {
                await stops.StopRunAsync(runId, new StopOrder(terms, IncludeChildren: false));
            }
            catch (CoordinatorException refusal) when (refusal.Reason is Reasons.SessionNotRunning or Reasons.RunNotFound)
            {
                // It ended by itself meanwhile.
            }
        }
    }

    /// <summary>Time before this start of the coordinator does not count: it may have been the coordinator that was away.</summary>
    private async Task LoseRunnersAsync(DateTimeOffset started)
    {
        TimeSpan patience = options.Value.RunnerLostAfter;
        DateTimeOffset lostSince = time.GetUtcNow() - patience;
        if (started > lostSince)
            return;
        List<string> runIds;
        await using (CoordinatorDbContext db = await contexts.CreateDbContextAsync())
        {
            runIds = await db.Runs.Where(r => RunStatuses.OnRunner.Contains(r.Status)
                && db.Runners.Any(n => n.RunnerId == r.RunnerId && n.DisconnectTime <= lostSince)).Select(r => r.RunId).ToListAsync();
        }

        foreach (string runId in runIds)
        {
            await ledger.ExecuteAsync(async scope =>
            {
                if (await scope.FindRunAsync(runId) is { } run && streams.Find(run.RunnerId) is null)
                    await scope.ApplyAsync(run, new RunEvent.LoseRunner(RunFailure.RunnerLost(run.RunnerId, patience)));
                return true;
            });
        }
    }

    private async Task RemindAsync()
    {
        DateTimeOffset before = time.GetUtcNow() - ConfirmWithin;
        if (_reminded > before)
            return;
        _reminded = time.GetUtcNow();
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        List<Run> unconfirmed = await db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Stopping
            && r.Stop!.ReceivedTime == null && r.Stop.RequestedTime <= before).ToListAsync();
        foreach (Run run in unconfirmed)
            _ = streams.SendStopAsync(run.RunnerId, StopTransaction.Command(run, ids));
    }

    private async Task<List<string>> FindAsync(System.Linq.Expressions.Expression<Func<Run, bool>> isDue)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        return await db.Runs.Where(isDue).OrderBy(r => r.RunId).Select(r => r.RunId).ToListAsync();
    }

    [LoggerMessage(3001, LogLevel.Warning, "What is due could not be done and is tried again: {Message}")]
    private partial void LogNotDone(Exception? problem, string message);
}
