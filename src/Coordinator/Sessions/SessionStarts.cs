using Coordinator.Audit;
using Coordinator.Contracts.Text;
using Coordinator.Dispatch;
using Coordinator.Errors;
using Coordinator.Hosting;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Sessions;

/// <summary>Creates sessions and runs: one ledger operation each, together with the search for a runner.</summary>
internal sealed class SessionStarts(Ledger ledger, WaitingRuns waiting, Ids ids, IOptions<CoordinatorOptions> options)
{
    private const int NameFromPrompt = 60;

    /// <param name="request">Checked.</param>
    /// <param name="fingerprint">Tells this request from another one with the same request id.</param>
    /// <param name="origin">For the record. That of a repeated request is not recorded: nothing is done for it.</param>
    public Task<RunView> StartAsync(
        Proto.StartSessionRequest request, string fingerprint, Origin origin) => ledger.ExecuteAsync(async scope =>
    {
        if (await FindRepeatedAsync(scope, request.RequestId, fingerprint) is { } repeated)
            return repeated;
        if (request.ParentSessionId.Length > 0 && await scope.FindSessionAsync(request.ParentSessionId) is null)
            throw CoordinatorException.SessionNotFound(request.ParentSessionId);
        await RefuseBelowStoppingAsync(scope, request.ParentSessionId);
        RefuseWhenFull();

        Session session = new()
        {
            SessionId = ids.New(Ids.Session),
            Name = request.SessionName.Length > 0 ? request.SessionName : NameOf(request.Prompt),
            AgentName = request.AgentName,
            Executor = request.Executor,
            ProjectDir = request.ProjectDir,
            ParentSessionId = request.ParentSessionId,
            Demands = DemandsOf(request.Demands),
            Labels = new Dictionary<string, string>(request.Labels),
            CreateTime = scope.Now,
        };
        scope.Add(session);
        return Add(scope, session, request.Prompt, session.Demands, new RunRequest(request.RequestId, fingerprint, origin)
        {
            QueueTimeout = request.QueueTimeout?.ToTimeSpan(),
            MaxRuntime = request.MaxRuntime?.ToTimeSpan(),
        });
    });

    /// <inheritdoc cref="StartAsync"/>
    public Task<RunView> ResumeAsync(
        Proto.ResumeSessionRequest request, string fingerprint, Origin origin) => ledger.ExecuteAsync(async scope =>
    {
        if (await FindRepeatedAsync(scope, request.RequestId, fingerprint) is { } repeated)
            return repeated;
        Session session = await scope.FindSessionAsync(request.SessionId) ?? throw CoordinatorException.SessionNotFound(request.SessionId);
        if (session.Status.IsActive())
            throw SessionErrors.Active(session, "takes one prompt at a time. Wait for it to end or stop it");
        await RefuseBelowStoppingAsync(scope, session.ParentSessionId);
        RefuseWhenFull();

        // The conversation is on the disk of the runner that had it.
        Run? previous = await scope.FindRunAsync(session.RunId);
        if (previous is not null)
            session.Leave(previous);
        RunDemands demands = session.ExecutorSessionId.Length > 0 && previous is { RunnerId.Length: > 0 }
            ? session.Demands with { RunnerId = previous.RunnerId }
            : session.Demands;
        return Add(scope, session, request.Prompt, demands, new RunRequest(request.RequestId, fingerprint, origin)
        {
            Resumed = true,
            QueueTimeout = previous?.QueueTimeout,
            MaxRuntime = previous?.MaxRuntime,
        });
    });

    private RunView Add(LedgerScope scope, Session session, string prompt, RunDemands demands, RunRequest request)
    {
        TimeSpan queueTimeout = request.QueueTimeout ?? options.Value.DefaultQueueTimeout;
        Run run = new()
        {
            RunId = ids.New(Ids.Run),
            SessionId = session.SessionId,
            Resumed = request.Resumed,
            Executor = session.Executor,
            Demands = demands,
            CreateTime = scope.Now,
            QueueTimeout = queueTimeout,
            QueueDeadline = scope.Now + queueTimeout,
            MaxRuntime = request.MaxRuntime,
            RequestId = request.RequestId.Length > 0 ? request.RequestId : null,
            RequestFingerprint = request.RequestId.Length > 0 ? request.Fingerprint : null,
        };
        scope.Add(run, prompt);
        session.Follow(run);
        scope.Changed(session);
        scope.Append(session, run.RunId, Timeline.Prompt(prompt));
        scope.Record(AuditEntry.Start(run, request.Origin));
        scope.RequestDispatch();
        return new RunView(session, run, prompt);
    }

    /// <summary>What the first request with this id made.</summary>
    private static async Task<RunView?> FindRepeatedAsync(LedgerScope scope, string requestId, string fingerprint)
    {
        if (requestId.Length == 0 || await scope.FindRunOfRequestAsync(requestId) is not { } run)
            return null;
        if (run.RequestFingerprint != fingerprint)
        {
            throw new CoordinatorException(ErrorKind.AlreadyExists, Reasons.RequestIdReused,
                $"The request_id '{requestId}' was used for another request, which made run {run.RunId}. Choose a new one.");
        }

        return new RunView(await scope.SessionOfAsync(run), run, (await scope.TextOfAsync(run)).Prompt);
    }

    /// <summary>
    /// An agent that is being stopped with its descendants starts none meanwhile. Those it started a moment before were found
    /// by the stop: both are operations of the ledger, so one of them comes first and the other sees it.
    /// </summary>
    /// <param name="parentId">Where the look upwards begins; empty if there is nothing above.</param>
    private static async Task RefuseBelowStoppingAsync(LedgerScope scope, string parentId)
    {
        if (parentId.Length == 0)
            return;
        await scope.FlushAsync();
        // Hardly ever is there one, and then nobody needs to look at generations of ancestors.
        if (!await scope.Db.Runs.AnyAsync(r => r.Status == RunStatus.Stopping && r.Stop!.IncludeChildren))
            return;
        while (await scope.FindSessionAsync(parentId) is { } ancestor)
        {
            if (await scope.FindRunAsync(ancestor.RunId) is { Status: RunStatus.Stopping, Stop.IncludeChildren: true })
                throw SessionErrors.ParentStopping(ancestor);
            parentId = ancestor.ParentSessionId;
        }
    }

    private void RefuseWhenFull()
    {
        int limit = options.Value.MaxPendingRuns;
        if (waiting.Count >= limit)
        {
            throw new CoordinatorException(ErrorKind.ResourceExhausted, Reasons.QueueFull,
                $"{waiting.Count:N0} runs are waiting for a runner, which is the limit. Add runners, stop what is not needed, or raise Coordinator:MaxPendingRuns.");
        }
    }

    private static RunDemands DemandsOf(Proto.RunDemands? demands) =>
        demands is null ? RunDemands.None : new RunDemands(demands.RunnerId, demands.Hostname, [.. demands.Tags]);

    private static string NameOf(string prompt)
    {
        string first = new([.. prompt.Trim().TakeWhile(c => c is not '\r' and not '\n').Take(NameFromPrompt)]);
        string line = ControlCharacters.Replace(first, ' ');
        return line.Length > 0 && char.IsHighSurrogate(line[^1]) ? line[..^1] : line;
    }

    private sealed record RunRequest(string RequestId, string Fingerprint, Origin Origin)
    {
        public bool Resumed { get; init; }

        public TimeSpan? QueueTimeout { get; init; }

        public TimeSpan? MaxRuntime { get; init; }
    }
}
