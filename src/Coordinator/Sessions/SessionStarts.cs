using Coordinator.Contracts.Text;
using Coordinator.Dispatch;
using Coordinator.Identity;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;
using Microsoft.Extensions.Options;

namespace Coordinator.Sessions;

/// <summary>Creates sessions and runs: one ledger operation each, together with the search for a runner.</summary>
internal sealed class SessionStarts(Ledger ledger, WaitingRuns waiting, Ids ids, IOptions<QueueOptions> options)
{
    private const int NameFromPrompt = 60;

    /// <summary>Starts a session. A repeated request is answered as the first was, and nothing is done for it.</summary>
    /// <exception cref="CoordinatorException">There is no such parent, it is being stopped, the queue is full, or the request's id was used.</exception>
    public Task<RunView> StartAsync(Caller caller, StartCommand command) => ledger.ExecuteAsync(KeysOf(command.Request, command.ParentSessionId), async work =>
    {
        if (await FindRepeatedAsync(work, command.Request) is { } repeated)
            return repeated;
        if (command.ParentSessionId.Length > 0)
        {
            Session parent = await work.FindSessionAsync(command.ParentSessionId) ?? throw CoordinatorException.SessionNotFound(command.ParentSessionId);
            await RefuseBelowStoppingAsync(work, command.ParentSessionId);
            RefuseWhenFull();
            work.Touch(parent);
        }
        else
        {
            RefuseWhenFull();
        }

        Session session = new()
        {
            SessionId = ids.New(Ids.Session),
            Name = command.SessionName.Length > 0 ? command.SessionName : NameOf(command.Prompt),
            AgentName = command.AgentName,
            Executor = command.Executor,
            ProjectDir = command.ProjectDir,
            ParentSessionId = command.ParentSessionId,
            Demands = command.Demands,
            Labels = command.Labels,
            CreatedBy = caller.Principal,
            CreateTime = work.Now,
        };
        work.Add(session);
        return Add(work, session, command.Prompt, session.Demands, new RunRequest(command.Request, caller.Origin)
        {
            QueueTimeout = command.QueueTimeout,
            MaxRuntime = command.MaxRuntime,
        });
    });

    /// <summary>Has an ended session go on with another run.</summary>
    /// <exception cref="CoordinatorException">There is no such session, it is active, the queue is full, or the request's id was used.</exception>
    public Task<RunView> ResumeAsync(Caller caller, ResumeCommand command) => ledger.ExecuteAsync([.. KeysOf(command.Request, ""), LedgerKey.Session(command.SessionId)], async work =>
    {
        if (await FindRepeatedAsync(work, command.Request) is { } repeated)
            return repeated;
        Session session = await work.FindSessionAsync(command.SessionId) ?? throw CoordinatorException.SessionNotFound(command.SessionId);
        if (session.Status.IsActive())
            throw SessionErrors.Active(session, "takes one prompt at a time. Wait for it to end or stop it");
        await RefuseBelowStoppingAsync(work, session.ParentSessionId);
        RefuseWhenFull();

        // The conversation is on the disk of the runner that had it.
        Run? previous = await work.FindRunAsync(session.RunId);
        if (previous is not null)
            session.Leave(previous);
        RunDemands demands = session.ExecutorSessionId.Length > 0 && previous is { RunnerId.Length: > 0 }
            ? session.Demands with { RunnerId = previous.RunnerId }
            : session.Demands;
        return Add(work, session, command.Prompt, demands, new RunRequest(command.Request, caller.Origin)
        {
            Resumed = true,
            QueueTimeout = previous?.QueueTimeout,
            MaxRuntime = previous?.MaxRuntime,
        });
    });

    private static IReadOnlyList<LedgerKey> KeysOf(RequestKey request, string parentId) =>
    [
        .. request.RequestId.Length > 0 ? (LedgerKey[])[LedgerKey.Request(request.RequestId)] : [],
        .. parentId.Length > 0 ? (LedgerKey[])[LedgerKey.Lineage(parentId)] : [],
    ];

    private RunView Add(UnitOfWork work, Session session, string prompt, RunDemands demands, RunRequest request)
    {
        TimeSpan queueTimeout = request.QueueTimeout ?? options.Value.DefaultQueueTimeout;
        Run run = new()
        {
            RunId = ids.New(Ids.Run),
            SessionId = session.SessionId,
            Resumed = request.Resumed,
            Executor = session.Executor,
            Demands = demands,
            CreateTime = work.Now,
            QueueTimeout = queueTimeout,
            QueueDeadline = work.Now + queueTimeout,
            MaxRuntime = request.MaxRuntime,
            RequestId = request.Key.RequestId.Length > 0 ? request.Key.RequestId : null,
            RequestFingerprint = request.Key.RequestId.Length > 0 ? request.Key.Fingerprint : null,
        };
        work.Add(run, prompt);
        session.Follow(run);
        work.Changed(session);
        work.Append(session, run.RunId, TimelineEntries.Prompt(prompt));
        work.Record(AuditEntries.Start(run, request.Origin));
        return new RunView(session, run, prompt);
    }

    /// <summary>What the first request with this id made.</summary>
    private static async Task<RunView?> FindRepeatedAsync(UnitOfWork work, RequestKey request)
    {
        if (request.RequestId.Length == 0 || await work.FindRunOfRequestAsync(request.RequestId) is not { } run)
            return null;
        if (run.RequestFingerprint != request.Fingerprint)
        {
            throw new CoordinatorException(ErrorKind.AlreadyExists, Reasons.RequestIdReused,
                $"The request_id '{request.RequestId}' was used for another request, which made run {run.RunId}. Choose a new one.");
        }

        return new RunView(await work.SessionOfAsync(run), run, await work.PromptOfAsync(run));
    }

    /// <summary>
    /// An agent that is being stopped with its descendants starts none meanwhile. Those it started a moment before were found
    /// by the stop: each rests on the rows that the other changes, so one of them comes first and the other sees it.
    /// </summary>
    /// <param name="parentId">Where the look upwards begins; empty if there is nothing above.</param>
    private static async Task RefuseBelowStoppingAsync(UnitOfWork work, string parentId)
    {
        if (parentId.Length == 0)
            return;
        foreach (var (ancestor, run) in await work.LineageAsync(parentId))
        {
            if (run is { Status: RunStatus.Stopping, Stop.IncludeChildren: true })
                throw SessionErrors.ParentStopping(ancestor);
            work.Guard(ancestor);
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

    private static string NameOf(string prompt)
    {
        string first = new([.. prompt.Trim().TakeWhile(c => c is not '\r' and not '\n').Take(NameFromPrompt)]);
        string line = ControlCharacters.Replace(first, ' ');
        return line.Length > 0 && char.IsHighSurrogate(line[^1]) ? line[..^1] : line;
    }

    private sealed record RunRequest(RequestKey Key, Origin Origin)
    {
        public bool Resumed { get; init; }

        public TimeSpan? QueueTimeout { get; init; }

        public TimeSpan? MaxRuntime { get; init; }
    }
}
