using Coordinator.Errors;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Storage;

namespace Coordinator.Stops;

/// <summary>
/// Where every stop enters, whoever asks: an operator for a session, a run or many sessions, or the coordinator itself.
/// One urgent ledger operation makes it durable; the commit pushes the command to the runner's connection; then the
/// caller is answered. From there the runner reports (see <see cref="Runners.RunReports"/>) until the proof.
/// </summary>
internal sealed class StopRequests(Ledger ledger, StopTransaction transaction, EmergencyStops emergency, TimeProvider time)
{
    /// <summary>
    /// Stops of many in one transaction. Those that are committed are on their way while the next ones are written, and
    /// somebody else's stop waits for so many at most.
    /// </summary>
    private const int ManyAtOnce = 100;

    /// <summary>Parts in a row; then whatever else waits for the ledger gets a turn.</summary>
    private const int PartsInARow = 20;

    /// <summary>Stops the newest run of a session.</summary>
    /// <exception cref="CoordinatorException">There is no such session, or nothing of it is active.</exception>
    public async Task<StopAnswer> StopSessionAsync(string sessionId, StopTerms terms)
    {
        try
        {
            return await AnswerAsync(terms, async scope =>
            {
                Session session = await scope.FindSessionAsync(sessionId) ?? throw CoordinatorException.SessionNotFound(sessionId);
                return (session, await scope.FindRunAsync(session.RunId));
            });
        }
        catch (CoordinatorException problem) when (EmergencyStops.Concerns(problem))
        {
            return await emergency.StopSessionAsync(sessionId, terms, problem);
        }
    }

    /// <summary>Stops one run, which may be an older one of its session.</summary>
    /// <exception cref="CoordinatorException">There is no such run, or nothing of it is active.</exception>
    public async Task<StopAnswer> StopRunAsync(string runId, StopTerms terms)
    {
        try
        {
            return await AnswerAsync(terms, async scope =>
            {
                Run run = await scope.FindRunAsync(runId) ?? throw CoordinatorException.RunNotFound(runId);
                return (await scope.SessionOfAsync(run), run);
            });
        }
        catch (CoordinatorException problem) when (EmergencyStops.Concerns(problem))
        {
            return await emergency.StopRunAsync(runId, terms, problem);
        }
    }

    /// <summary>Stops every session that matches and is active now.</summary>
    public async Task<IReadOnlyList<StopStep>> StopMatchingAsync(SessionFilter filter, StopTerms terms, bool validateOnly) =>
        await StopManyAsync(await MatchingAsync(filter), terms, validateOnly, keepRefused: false);

    /// <summary>Stops the named sessions; each gets its own outcome.</summary>
    public Task<IReadOnlyList<StopStep>> StopNamedAsync(IReadOnlyCollection<string> sessionIds, StopTerms terms, bool validateOnly) =>
        StopManyAsync([.. sessionIds.Distinct()], terms, validateOnly, keepRefused: true);

    /// <summary>Stops these runs, as far as they are still active.</summary>
    public Task StopRunsAsync(IEnumerable<string> runIds, StopTerms terms) => Task.WhenAll(runIds.Select(async runId =>
    {
        try
        {
            await StopRunAsync(runId, terms);
        }
        catch (CoordinatorException refusal) when (refusal.Reason is Reasons.SessionNotRunning or Reasons.RunNotFound)
        {
            // It ended by itself meanwhile.
        }
    }));

    private async Task<IReadOnlyList<string>> MatchingAsync(SessionFilter filter)
    {
        try
        {
            return await ledger.ExecuteAsync(LedgerLane.Urgent, scope => StopSelection.MatchingAsync(scope, filter));
        }
        catch (CoordinatorException problem) when (EmergencyStops.Concerns(problem))
        {
            return await emergency.MatchingAsync(filter);
        }
    }

    private async Task<StopAnswer> AnswerAsync(StopTerms terms, Func<LedgerScope, ValueTask<(Session, Run?)>> find)
    {
        StopAnswer answer = await ledger.ExecuteAsync(LedgerLane.Urgent, async scope =>
        {
            (Session session, Run? run) = await find(scope);
            IReadOnlyList<Session> children = terms.IncludeChildren ? await StopSelection.DescendantsAsync(scope, [session.SessionId]) : [];
            StopStep own = transaction.Consider(session, run, terms);
            if (own.Refusal is not null && !children.Any(c => c.Status.IsActive()))
                throw own.Refusal;
            StopStep step = own.Refusal is null ? await transaction.StopAsync(scope, session, run!, terms) : own;
            return new StopAnswer(step, await StopAllAsync(scope, children, terms, validateOnly: false));
        });
        await Task.WhenAll([answer.Own.DeliverAsync(time), .. answer.Children.Select(c => c.DeliverAsync(time))]);
        return answer;
    }

    /// <param name="keepRefused">Whether a session that is not there or not active is part of the answer.</param>
    private async Task<IReadOnlyList<StopStep>> StopManyAsync(IReadOnlyList<string> sessionIds, StopTerms terms, bool validateOnly, bool keepRefused)
    {
        // Each by its session, because descendants of one part may be chosen themselves and belong to another.
        Dictionary<string, StopStep> steps = [];
        HashSet<string> chosen = [.. sessionIds];
        foreach (string[][] parts in sessionIds.Chunk(ManyAtOnce).Chunk(PartsInARow))
        {
            foreach (StopStep step in (await Task.WhenAll(parts.Select(part => StopPartAsync(part, chosen, terms, validateOnly, keepRefused)))).SelectMany(s => s))
                steps.TryAdd(step.SessionId, step);
        }

        return await Task.WhenAll(steps.Values.Select(s => s.DeliverAsync(time)));
    }

    /// <param name="chosen">Sessions that get their turn anyway, and are not to be stopped as somebody's descendants.</param>
    private async Task<IReadOnlyList<StopStep>> StopPartAsync(
        string[] sessionIds, HashSet<string> chosen, StopTerms terms, bool validateOnly, bool keepRefused)
    {
        try
        {
            return await StorePartAsync(sessionIds, chosen, terms, validateOnly, keepRefused);
        }
        catch (CoordinatorException problem) when (EmergencyStops.Concerns(problem) && !validateOnly)
        {
            return [.. (await Task.WhenAll(sessionIds.Select(sessionId => SendAsync(sessionId, terms, problem, keepRefused)))).SelectMany(steps => steps)];
        }
    }

    /// <summary>The stop of one of many that cannot be stored.</summary>
    private async Task<IEnumerable<StopStep>> SendAsync(string sessionId, StopTerms terms, CoordinatorException problem, bool keepRefused)
    {
        try
        {
            StopAnswer answer = await emergency.StopSessionAsync(sessionId, terms, problem);
            return [answer.Own, .. answer.Children];
        }
        catch (CoordinatorException refusal)
        {
            return keepRefused || refusal == problem ? [StopStep.Missing(sessionId, refusal)] : [];
        }
    }

    private async Task<IReadOnlyList<StopStep>> StorePartAsync(
        string[] sessionIds, HashSet<string> chosen, StopTerms terms, bool validateOnly, bool keepRefused) =>
        await ledger.ExecuteAsync(LedgerLane.Bulk, async scope =>
        {
            StopSelection selection = await StopSelection.NamedAsync(scope, sessionIds);
            IReadOnlyList<Session> children = terms.IncludeChildren
                ? await StopSelection.DescendantsAsync(scope, [.. selection.Sessions.Select(s => s.SessionId)])
                : [];
            List<StopStep> steps = [.. await StopAllAsync(scope, selection.Sessions, terms, validateOnly, keepRefused)];
            steps.AddRange(await StopAllAsync(scope, children.Where(c => !chosen.Contains(c.SessionId)), terms, validateOnly));
            if (keepRefused)
                steps.AddRange(selection.Missing.Select(StopSelection.NotFound));
            return (IReadOnlyList<StopStep>)steps;
        });

    /// <param name="keepRefused">Whether a session that is not active is part of the answer.</param>
    private async Task<IReadOnlyList<StopStep>> StopAllAsync(
        LedgerScope scope, IEnumerable<Session> sessions, StopTerms terms, bool validateOnly, bool keepRefused = false)
    {
        List<StopStep> steps = [];
        foreach (Session session in sessions)
        {
            Run? run = await scope.FindRunAsync(session.RunId);
            StopStep step = transaction.Consider(session, run, terms);
            if (step.Refusal is null && !validateOnly)
                step = await transaction.StopAsync(scope, session, run!, terms);
            if (step.Refusal is null || keepRefused)
                steps.Add(step);
        }

        return steps;
    }
}
