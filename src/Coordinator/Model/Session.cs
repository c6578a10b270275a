namespace Coordinator.Model;

/// <summary>
/// A conversation with an agent: one run at a time and a history of runs. Its status follows its newest run and is
/// never set on its own.
/// </summary>
internal sealed class Session : IVersioned
{
    public required string SessionId { get; init; }

    public required string Name { get; init; }

    public SessionStatus Status { get; private set; }

    public required string AgentName { get; init; }

    public required string Executor { get; init; }

    public required string ProjectDir { get; init; }

    /// <summary>Empty if no session started this one.</summary>
    public required string ParentSessionId { get; init; }

    /// <summary>The newest run; empty only for a session that never had one.</summary>
    public string RunId { get; private set; } = "";

    public required RunDemands Demands { get; init; }

    /// <summary>The conversation's id inside the agent, once the agent has told it.</summary>
    public string ExecutorSessionId { get; set; } = "";

    /// <summary>What the agent used in all runs but the newest.</summary>
    public Usage EarlierUsage { get; private set; } = Usage.None;

    /// <summary>
    /// The conversation's totals as the agent gave them last, in the form in which the runner told them; null if it gave none. They
    /// go back to the runner with the next run, and mean nothing here.
    /// </summary>
    public byte[]? ConversationUsage { get; set; }

    public required Dictionary<string, string> Labels { get; init; }

    /// <summary>The principal that started it; empty for sessions from before that was kept.</summary>
    public string CreatedBy { get; init; } = "";

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset UpdateTime { get; private set; }

    /// <summary>Grows with every change of any session.</summary>
    public long Revision { get; private set; }

    /// <summary>How many events the session's timeline has.</summary>
    public long LastEventSequence { get; set; }

    public long Version { get; set; }

    /// <summary>Makes the session show what its newest run does.</summary>
    public void Follow(Run run)
    {
        RunId = run.RunId;
        Status = SessionStatuses.Of(run.Status);
    }

    /// <summary>A new run follows this one.</summary>
    public void Leave(Run run) => EarlierUsage += run.Usage;

    /// <summary>Called by the ledger for every session that a batch changed.</summary>
    public void Commit(long revision, DateTimeOffset now) => (Revision, UpdateTime) = (revision, now);
}

/// <summary>One label, kept apart so that sessions can be found by it.</summary>
internal sealed class SessionLabel
{
    public required string SessionId { get; init; }

    public required string Key { get; init; }

    public required string Value { get; init; }
}

/// <summary>A deleted session, kept for watchers that resume from before the deletion.</summary>
internal sealed class DeletedSession
{
    public required string SessionId { get; init; }

    public long Revision { get; set; }
}
