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
internal sealed class StopRequests(Ledger ledger, StopTransaction transaction, TimeProvider time)
{
    /// <summary>Stops the newest run of a session.</summary>
    /// <exception cref="CoordinatorException">There is no such session, or nothing of it is active.</exception>
    public Task<StopAnswer> StopSessionAsync(string sessionId, StopTerms terms) => AnswerAsync(terms, async scope =>
    {
        Session session = await scope.FindSessionAsync(sessionId) ?? throw CoordinatorException.SessionNotFound(sessionId);
        return (session, await scope.FindRunAsync(session.RunId));
    });

    /// <summary>Stops one run, which may be an older one of its session.</summary>
    /// <exception cref="CoordinatorException">There is no such run, or nothing of it is active.</exception>
    public Task<StopAnswer> StopRunAsync(string runId, StopTerms terms) => AnswerAsync(terms, async scope =>
    {
        Run run = await scope.FindRunAsync(runId) ?? throw CoordinatorException.RunNotFound(runId);
        return (await scope.SessionOfAsync(run), run);
    });

    /// <summary>Stops every active session that matches.</summary>
    public Task<IReadOnlyList<StopStep>> StopMatchingAsync(SessionFilter filter, StopTerms terms, bool validateOnly) =>
        StopManyAsync(scope => StopSelection.MatchingAsync(scope, filter), terms, validateOnly);

    /// <summary>Stops the named sessions; each gets its own outcome.</summary>
    public Task<IReadOnlyList<StopStep>> StopNamedAsync(IReadOnlyCollection<string> sessionIds, StopTerms terms, bool validateOnly) =>
        StopManyAsync(scope => StopSelection.NamedAsync(scope, sessionIds), terms, validateOnly);

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

    private async Task<StopAnswer> AnswerAsync(StopTerms terms, Func<LedgerScope, ValueTask<(Session, Run?)>> find)
    {
        StopAnswer answer = await ledger.ExecuteUrgentAsync(async scope =>
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

    private async Task<IReadOnlyList<StopStep>> StopManyAsync(Func<LedgerScope, Task<StopSelection>> select, StopTerms terms, bool validateOnly)
    {
        IReadOnlyList<StopStep> steps = await ledger.ExecuteUrgentAsync(async scope =>
        {
            StopSelection selection = await select(scope);
            IReadOnlyList<Session> children = terms.IncludeChildren
                ? await StopSelection.DescendantsAsync(scope, [.. selection.Sessions.Select(s => s.SessionId)])
                : [];
            List<StopStep> all = [.. await StopAllAsync(scope, selection.Sessions, terms, validateOnly, keepRefused: true)];
            all.AddRange(await StopAllAsync(scope, children.Except(selection.Sessions), terms, validateOnly));
            return (IReadOnlyList<StopStep>)[.. all, .. selection.Missing.Select(StopSelection.NotFound)];
        });
        return await Task.WhenAll(steps.Select(s => s.DeliverAsync(time)));
    }

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
