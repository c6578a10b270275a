using Coordinator.Connections;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Upkeep;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Stops;

/// <summary>
/// The stop that goes out although it cannot be stored: an agent that fills the disk must not become unstoppable by it, nor make others so.
/// It is sent to the runner at once and answered as not durable; it is stored, with its record, as soon as something can be written.
/// The one exception to the rule that a stop is on disk before it is answered, and nothing but stops takes this way.
/// </summary>
internal sealed partial class EmergencyStops(
    IDbContextFactory<CoordinatorDbContext> contexts,
    Ledger ledger,
    StopTransaction transaction,
    UnstoredStops unstored,
    RunnerStreams streams,
    CommandDeliveries deliveries,
    Ids ids,
    TimeProvider time,
    ILogger<EmergencyStops> logger) : IDeadline
{
    // Made once, and when the coordinator starts: making them takes ten times as long as all else of such a stop.
    private static readonly Func<CoordinatorDbContext, string, Task<Session?>> _session =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string sessionId) => db.Sessions.AsNoTracking().SingleOrDefault(s => s.SessionId == sessionId));

    private static readonly Func<CoordinatorDbContext, string, Task<Run?>> _run =
        EF.CompileAsyncQuery((CoordinatorDbContext db, string runId) => db.Runs.AsNoTracking().SingleOrDefault(r => r.RunId == runId));

    private DateTimeOffset _repeated;

    /// <summary>Whether a stop fails because nothing can be stored.</summary>
    public static bool Concerns(CoordinatorException cause) => cause.Reason is Reasons.StorageFull or Reasons.StorageUnavailable;

    /// <summary>Stops the newest run of a session, and those of its descendants if that is asked for.</summary>
    /// <param name="cause">Why the stop could not be stored; what cannot be sent either fails with it.</param>
    /// <exception cref="CoordinatorException">There is no such session, nothing of it is active, or nothing could be sent.</exception>
    public async Task<StopAnswer> StopSessionAsync(string sessionId, StopTerms terms, CoordinatorException cause)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        Session session = await _session(db, sessionId) ?? throw CoordinatorException.SessionNotFound(sessionId);
        return await AnswerAsync(db, session, await _run(db, session.RunId), terms, cause);
    }

    /// <summary>As <see cref="StopSessionAsync"/>, for one run.</summary>
    /// <exception cref="CoordinatorException">There is no such run, nothing of it is active, or nothing could be sent.</exception>
    public async Task<StopAnswer> StopRunAsync(string runId, StopTerms terms, CoordinatorException cause)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        Run run = await _run(db, runId) ?? throw CoordinatorException.RunNotFound(runId);
        Session session = await _session(db, run.SessionId) ?? throw CoordinatorException.SessionNotFound(run.SessionId);
        return await AnswerAsync(db, session, run, terms, cause);
    }

    /// <summary>The commands for those of a runner's claims whose stops are not stored.</summary>
    public IEnumerable<RunnerCommand.StopRun> CommandsFor(string runnerId, IEnumerable<RunClaim> claims) =>
        from claim in claims
        let terms = unstored.Of(claim)
        where terms.Count > 0
        select Command(runnerId, claim, UnstoredStops.Sharpest(terms));

    /// <summary>Stores what can be stored by now, and tells runners again of the rest: a command may be lost with its connection.</summary>
    public async Task MeetAsync()
    {
        bool repeats = time.GetUtcNow() - _repeated >= StopDelay.Allowance;
        bool isWritable = true;
        foreach (RunClaim claim in unstored.Claims)
        {
            if (isWritable)
                isWritable = await TryStoreAsync(claim);
            if (!isWritable && repeats)
                await RepeatAsync(claim);
        }

        if (repeats)
            _repeated = time.GetUtcNow();
    }

    private async Task<StopAnswer> AnswerAsync(CoordinatorDbContext db, Session session, Run? run, StopTerms terms, CoordinatorException cause)
    {
        terms = terms with { RequestedTime = time.GetUtcNow() };
        StopResult own = await StopAsync(session, run, terms, cause);
        List<StopResult> children = [];
        if (terms.IncludeChildren)
        {
            foreach (Session child in await StopSelection.DescendantsAsync(db, [session.SessionId]))
            {
                StopResult result = await StopAsync(child, await _run(db, child.RunId), terms, cause);
                if (result.Refusal is null || result.Refusal == cause)
                    children.Add(result);
            }
        }

        if (own.Refusal is not null && children.TrueForAll(child => child.Refusal is not null))
            throw own.Refusal;
        return new StopAnswer(own, children);
    }

    private async Task<StopResult> StopAsync(Session session, Run? run, StopTerms terms, CoordinatorException cause)
    {
        if (run is null)
            return StopResult.Refused(session, "", SessionErrors.NoActiveRun(session));
        if (RunTransitions.Next(run.Status, RunEventKind.RequestStop).IsRefused)
            return StopResult.Refused(session, run.RunId, SessionErrors.NotRunning(session, run));
        // A run that waits is no runner's yet: it can only be taken from the queue, and that has to be stored.
        if (run.Status == RunStatus.Pending)
            return StopResult.Refused(session, run.RunId, cause);
        RunClaim claim = RunClaim.Of(run);

        // Known before it is sent: the proof may come before the answer.
        unstored.Add(claim, terms);
        if (!await SendAsync(run.RunnerId, claim, terms))
            return StopResult.Refused(session, run.RunId, cause);
        LogSent(run.RunId, run.RunnerId, cause.Message);
        return new StopResult
        {
            SessionId = session.SessionId,
            SessionName = session.Name,
            RunId = run.RunId,
            Status = session.Status,
            AlreadyStopping = run.Status == RunStatus.Stopping,
            Delivery = StopDelivery.SentNotDurable,
        };
    }

    private async Task<bool> SendAsync(string runnerId, RunClaim claim, StopTerms terms)
    {
        bool? isWritten = await deliveries.ResultOfAsync(streams.SendStopAsync(Command(runnerId, claim, terms)));
        // What may still be written counts as asked for.
        if (isWritten == false)
            unstored.Withdraw(claim, terms);
        return isWritten == true;
    }

    /// <summary>False if nothing can be written.</summary>
    private async Task<bool> TryStoreAsync(RunClaim claim)
    {
        try
        {
            await StoreAsync(claim);
            return true;
        }
        catch (CoordinatorException cause) when (Concerns(cause))
        {
            return false;
        }
    }

    /// <summary>Stores all that was asked of a claim; its run may have ended meanwhile.</summary>
    private async Task StoreAsync(RunClaim claim)
    {
        IReadOnlyList<StopTerms> all = unstored.Of(claim);
        await ledger.ExecuteAsync(LedgerLane.Urgent, [LedgerKey.Run(claim.RunId)], async work =>
        {
            Run? run = await work.FindRunAsync(claim.RunId);
            // The proof may have come first, and have brought it all with it.
            if (run is not null && run.Epoch == claim.Epoch && unstored.Of(claim) == all)
            {
                foreach (StopTerms terms in all)
                    await StoreAsync(work, run, terms);
            }

            return true;
        });
        unstored.Stored(claim, all);
        LogStored(claim.RunId);
    }

    private async ValueTask StoreAsync(UnitOfWork work, Run run, StopTerms terms)
    {
        StopResult result = await transaction.StopAsync(work, await work.SessionOfAsync(run), run, terms);
        if (result.Refusal is not null)
            work.Record(AuditEntries.Stop(run, terms, alreadyStopping: false));
    }

    private async Task RepeatAsync(RunClaim claim)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        IReadOnlyList<StopTerms> terms = unstored.Of(claim);
        if (terms.Count > 0 && await _run(db, claim.RunId) is { } run)
            _ = streams.SendStopAsync(Command(run.RunnerId, claim, UnstoredStops.Sharpest(terms)));
    }

    private RunnerCommand.StopRun Command(string runnerId, RunClaim claim, StopTerms terms) =>
        new(ids.New(Ids.Command), runnerId, claim, terms.GracePeriod, terms.Force);

    [LoggerMessage(3011, LogLevel.Warning, "The stop of run {RunId} was sent to runner {RunnerId} but not stored ({Problem}). It is stored as soon as something can be written")]
    private partial void LogSent(string runId, string runnerId, string problem);

    [LoggerMessage(3012, LogLevel.Information, "The stop of run {RunId}, which could not be stored when it was sent, is stored")]
    private partial void LogStored(string runId);
}
