using Coordinator.Connections;
using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Sessions;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Stops;

/// <summary>
/// Where every stop enters, whoever asks: an operator for a session, a run or many sessions, or the coordinator itself.
/// One urgent ledger operation makes it durable; the commit sends the command to the runner's connection; then the
/// caller is answered. From there the runner reports (see <c>RunReports</c>) until the proof.
/// </summary>
internal sealed class StopRequests(
    IDbContextFactory<CoordinatorDbContext> contexts, Ledger ledger, StopTransaction transaction, EmergencyStops emergency, CommandDeliveries deliveries, IOptions<StopOptions> options)
{
    /// <summary>
    /// Stops of many in one transaction. Those that are committed are on their way while the next ones are written, and
    /// another caller's stop waits for so many at most.
    /// </summary>
    private const int ManyAtOnce = 100;

    /// <summary>Parts in a row; then whatever else waits for the ledger gets a turn.</summary>
    private const int PartsInARow = 20;

    /// <summary>Stops the newest run of a session.</summary>
    /// <exception cref="CoordinatorException">There is no such session, or nothing of it is active.</exception>
    public async Task<StopAnswer> StopSessionAsync(Caller caller, string sessionId, StopCommand command)
    {
        StopTerms terms = command.By(caller, options.Value);
        try
        {
            return await AnswerAsync(terms, KeysOf(LedgerKey.Session(sessionId), sessionId, terms), async work =>
            {
                Session session = await work.FindSessionAsync(sessionId) ?? throw CoordinatorException.SessionNotFound(sessionId);
                return (session, await work.FindRunAsync(session.RunId));
            });
        }
        catch (CoordinatorException cause) when (EmergencyStops.Concerns(cause))
        {
            return await emergency.StopSessionAsync(sessionId, terms, cause);
        }
    }

    /// <summary>Stops one run, which may be an older one of its session.</summary>
    /// <exception cref="CoordinatorException">There is no such run, or nothing of it is active.</exception>
    public async Task<StopAnswer> StopRunAsync(Caller caller, string runId, StopCommand command)
    {
        StopTerms terms = command.By(caller, options.Value);
        try
        {
            return await AnswerAsync(terms, [LedgerKey.Run(runId)], async work =>
            {
                Run run = await work.FindRunAsync(runId) ?? throw CoordinatorException.RunNotFound(runId);
                return (await work.SessionOfAsync(run), run);
            });
        }
        catch (CoordinatorException cause) when (EmergencyStops.Concerns(cause))
        {
            return await emergency.StopRunAsync(runId, terms, cause);
        }
    }

    /// <summary>Stops every session that matches and is active now.</summary>
    public async Task<IReadOnlyList<StopResult>> StopMatchingAsync(Caller caller, SessionFilter filter, StopCommand command, bool validateOnly) =>
        await StopManyAsync(await MatchingAsync(filter), command.By(caller, options.Value), validateOnly, keepRefused: false);

    /// <summary>Stops the named sessions; each gets its own outcome.</summary>
    public Task<IReadOnlyList<StopResult>> StopNamedAsync(
        Caller caller, IReadOnlyCollection<string> sessionIds, StopCommand command, bool validateOnly) =>
        StopManyAsync([.. sessionIds.Distinct()], command.By(caller, options.Value), validateOnly, keepRefused: true);

    /// <summary>Stops these runs, as far as they are still active.</summary>
    public Task StopRunsAsync(Caller caller, IEnumerable<string> runIds, StopCommand command) => Task.WhenAll(runIds.Select(async runId =>
    {
        try
        {
            await StopRunAsync(caller, runId, command);
        }
        catch (CoordinatorException refusal) when (refusal.Reason is Reasons.SessionNotRunning or Reasons.RunNotFound)
        {
            // It ended by itself meanwhile.
        }
    }));

    /// <summary>What was answered before is stored, so nothing is missed that somebody knows of.</summary>
    private async Task<IReadOnlyList<string>> MatchingAsync(SessionFilter filter)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        return await StopSelection.MatchingAsync(db, filter);
    }

    private static IReadOnlyList<LedgerKey> KeysOf(LedgerKey own, string sessionId, StopTerms terms) =>
        terms.IncludeChildren ? [own, LedgerKey.Descendants(sessionId)] : [own];

    private async Task<StopAnswer> AnswerAsync(StopTerms terms, IReadOnlyList<LedgerKey> keys, Func<UnitOfWork, ValueTask<(Session, Run?)>> find)
    {
        using CommandDeliveries.Watch watch = deliveries.Of(terms.Origin.OperationId);
        StopAnswer answer = await ledger.ExecuteAsync(LedgerLane.Urgent, keys, async work =>
        {
            (Session session, Run? run) = await find(work);
            IReadOnlyList<Session> children = terms.IncludeChildren ? await FamilyAsync(work, [session]) : [];
            StopResult own = await transaction.StopAsync(work, session, run, terms);
            if (own.Refusal is not null && !children.Any(c => c.Status.IsActive()))
                throw own.Refusal;
            return new StopAnswer(own, await StopAllAsync(work, children, terms, validateOnly: false));
        });
        return new StopAnswer(await DeliverAsync(watch, answer.Own), await DeliverAsync(watch, answer.Children));
    }

    /// <param name="keepRefused">Whether a session that is not there or not active is part of the answer.</param>
    private async Task<IReadOnlyList<StopResult>> StopManyAsync(IReadOnlyList<string> sessionIds, StopTerms terms, bool validateOnly, bool keepRefused)
    {
        // Each by its session, because descendants of one part may be chosen themselves and belong to another.
        Dictionary<string, StopResult> results = [];
        HashSet<string> chosen = [.. sessionIds];
        using CommandDeliveries.Watch watch = deliveries.Of(terms.Origin.OperationId);
        foreach (string[][] parts in sessionIds.Chunk(ManyAtOnce).Chunk(PartsInARow))
        {
            foreach (StopResult result in (await Task.WhenAll(parts.Select(part => StopPartAsync(part, chosen, terms, validateOnly, keepRefused)))).SelectMany(s => s))
                results.TryAdd(result.SessionId, result);
        }

        return await DeliverAsync(watch, results.Values);
    }

    /// <param name="chosen">Sessions that get their turn anyway, and are not to be stopped as descendants of others.</param>
    private async Task<IReadOnlyList<StopResult>> StopPartAsync(
        string[] sessionIds, HashSet<string> chosen, StopTerms terms, bool validateOnly, bool keepRefused)
    {
        try
        {
            return await StorePartAsync(sessionIds, chosen, terms, validateOnly, keepRefused);
        }
        catch (CoordinatorException cause) when (EmergencyStops.Concerns(cause) && !validateOnly)
        {
            return [.. (await Task.WhenAll(sessionIds.Select(sessionId => SendAsync(sessionId, terms, cause, keepRefused)))).SelectMany(results => results)];
        }
    }

    /// <summary>The stop of one of many that cannot be stored.</summary>
    private async Task<IEnumerable<StopResult>> SendAsync(string sessionId, StopTerms terms, CoordinatorException cause, bool keepRefused)
    {
        try
        {
            StopAnswer answer = await emergency.StopSessionAsync(sessionId, terms, cause);
            return [answer.Own, .. answer.Children];
        }
        catch (CoordinatorException refusal)
        {
            return keepRefused || refusal == cause ? [StopResult.Missing(sessionId, refusal)] : [];
        }
    }

    private async Task<IReadOnlyList<StopResult>> StorePartAsync(
        string[] sessionIds, HashSet<string> chosen, StopTerms terms, bool validateOnly, bool keepRefused) =>
        await ledger.ExecuteAsync(LedgerLane.Bulk, [.. sessionIds.SelectMany(id => KeysOf(LedgerKey.Session(id), id, terms))], async work =>
        {
            StopSelection selection = await StopSelection.NamedAsync(work, sessionIds);
            IReadOnlyList<Session> children = terms.IncludeChildren ? await FamilyAsync(work, selection.Sessions) : [];
            List<StopResult> results = [.. await StopAllAsync(work, selection.Sessions, terms, validateOnly, keepRefused)];
            results.AddRange(await StopAllAsync(work, children.Where(c => !chosen.Contains(c.SessionId)), terms, validateOnly));
            if (keepRefused)
                results.AddRange(selection.Missing.Select(StopSelection.NotFound));
            return (IReadOnlyList<StopResult>)results;
        });

    /// <summary>
    /// All descendants. Whoever starts or resumes one meanwhile changes the row of its parent, or its own: then this is decided anew.
    /// </summary>
    private static async ValueTask<IReadOnlyList<Session>> FamilyAsync(UnitOfWork work, IReadOnlyList<Session> sessions)
    {
        IReadOnlyList<Session> descendants = await work.DescendantsAsync([.. sessions.Select(s => s.SessionId)]);
        foreach (Session session in sessions.Concat(descendants))
            work.Guard(session);
        return descendants;
    }

    /// <param name="keepRefused">Whether a session that is not active is part of the answer.</param>
    private async Task<IReadOnlyList<StopResult>> StopAllAsync(
        UnitOfWork work, IEnumerable<Session> sessions, StopTerms terms, bool validateOnly, bool keepRefused = false)
    {
        List<StopResult> results = [];
        foreach (Session session in sessions)
        {
            StopResult result = await transaction.StopAsync(work, session, await work.FindRunAsync(session.RunId), terms, validateOnly);
            if (result.Refusal is null || keepRefused)
                results.Add(result);
        }

        return results;
    }

    private static async Task<IReadOnlyList<StopResult>> DeliverAsync(CommandDeliveries.Watch watch, IEnumerable<StopResult> results) =>
        await Task.WhenAll(results.Select(result => DeliverAsync(watch, result)));

    /// <summary>Waits, for a moment at most, until the command has left.</summary>
    private static async Task<StopResult> DeliverAsync(CommandDeliveries.Watch watch, StopResult result) =>
        result.CommandId.Length == 0 ? result
        : result with { Delivery = await watch.IsWrittenAsync(result.CommandId) ? StopDelivery.Sent : StopDelivery.QueuedRunnerOffline };
}
