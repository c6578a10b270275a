namespace Coordinator.Model;

/// <summary>
/// One execution of the agent for a session. Its status changes in <see cref="Apply"/> and nowhere else, and only as
/// <see cref="RunTransitions"/> allows.
/// </summary>
internal sealed class Run : IVersioned
{
    public required string RunId { get; init; }

    public required string SessionId { get; init; }

    public RunStatus Status { get; private set; } = RunStatus.Pending;

    public bool Resumed { get; init; }

    public required string Executor { get; init; }

    public required RunDemands Demands { get; init; }

    /// <summary>The runner of the newest claim; empty while the run is pending.</summary>
    public string RunnerId { get; private set; } = "";

    public string Hostname { get; private set; } = "";

    /// <summary>Which life of the runner's program the run was claimed in.</summary>
    public string RunnerBootId { get; private set; } = "";

    /// <summary>The journal the runner kept when the run was claimed; empty if it kept none.</summary>
    public string RunnerJournalId { get; private set; } = "";

    /// <summary>The fencing number of the newest claim, 0 before the first.</summary>
    public long Epoch { get; private set; }

    /// <summary>The newest report of this claim that was committed.</summary>
    public long LastReportSequence { get; set; }

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? ClaimTime { get; private set; }

    public DateTimeOffset? StartTime { get; private set; }

    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>What keeps the agent apart, known once it has started.</summary>
    public Isolation Isolation { get; private set; }

    /// <summary>How many bytes of events of the agent were stored; beyond the quota when no more are.</summary>
    public long StoredEventBytes { get; set; }

    public required TimeSpan QueueTimeout { get; init; }

    /// <summary>When the run fails if it is still pending.</summary>
    public required DateTimeOffset QueueDeadline { get; init; }

    public TimeSpan? MaxRuntime { get; init; }

    /// <summary>When the coordinator stops the run, known once it has started.</summary>
    public DateTimeOffset? RunDeadline { get; private set; }

    public int? ExitCode { get; private set; }

    public string FailureReason { get; private set; } = "";

    public string FailureMessage { get; private set; } = "";

    /// <summary>Why the run is still pending, for a person; empty otherwise.</summary>
    public string PendingReason { get; set; } = "";

    /// <summary>Makes a repeated start or resume return the first answer; null if the caller gave none.</summary>
    public string? RequestId { get; init; }

    /// <summary>Tells a repeated request from another one that reuses its id.</summary>
    public string? RequestFingerprint { get; init; }

    /// <summary>What the agent used so far.</summary>
    public Usage Usage { get; private set; } = Usage.None;

    /// <summary>When the agent gave its result; null while it has given none, or went on working.</summary>
    public DateTimeOffset? ResultTime { get; private set; }

    /// <summary>How many processes the runner ended.</summary>
    public int ProcessesEnded { get; private set; }

    /// <summary>The names of the first of them.</summary>
    public string[] EndedCommands { get; private set; } = [];

    /// <summary>Whether the agent was ended because it did not exit after its result.</summary>
    public bool EndedAfterResult { get; private set; }

    public StopState? Stop { get; private set; }

    /// <summary>
    /// Whether it has ended as its runner reported, and was not given up. The end of a run that was being stopped may have been stored
    /// before reports that come ahead of it.
    /// </summary>
    public bool EndWasReported => Status.IsTerminal() && RunnerId.Length > 0 && FailureReason != RunFailure.Lost;

    public long Version { get; set; }

    /// <summary>The only door through which a run changes its status.</summary>
    /// <returns>What the transition function said; if it refused, nothing was changed.</returns>
    public Transition Apply(RunEvent what, DateTimeOffset now)
    {
        Transition transition = RunTransitions.Next(Status, what.Kind);
        if (transition.IsRefused)
            return transition;

        Remember(what, now);
        Status = transition.Status;
        PendingReason = "";
        if (Status.IsTerminal())
            EndTime ??= now;
        return transition;
    }

    /// <summary>Takes in what the runner says of the agent while it runs, and once more when it has ended.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Learn(Usage usage, DateTimeOffset? resultTime)
    {
        if (Usage == usage && ResultTime == resultTime)
            return false;
        (Usage, ResultTime) = (usage, resultTime);
        return true;
    }

    /// <summary>Takes in when it started, if its end was stored before that.</summary>
    /// <returns>False if that is known, or if it did not start.</returns>
    public bool LearnStart(DateTimeOffset time, Isolation isolation)
    {
        if (!EndWasReported || StartTime is not null || Stop is not { Outcome: not StopOutcome.NeverStarted })
            return false;
        (StartTime, Isolation) = (time, isolation);
        return true;
    }

    /// <summary>Takes in how far its stop got, or why it takes so long.</summary>
    public void LearnOfStop(Action<StopState> learn)
    {
        if (Stop is { } stop)
            learn(stop);
    }

    private void Remember(RunEvent what, DateTimeOffset now)
    {
        switch (what)
        {
            case RunEvent.Claim claim:
                (RunnerId, Hostname, RunnerBootId, RunnerJournalId) = (claim.RunnerId, claim.Hostname, claim.BootId, claim.JournalId);
                Epoch++;
                LastReportSequence = 0;
                ClaimTime = now;
                break;
            case RunEvent.Start start:
                StartTime = start.Time;
                Isolation = start.Isolation;
                RunDeadline = now + MaxRuntime;
                break;
            case RunEvent.RequestStop request:
                RequestStop(request.Terms, now);
                break;
            case RunEvent.ReturnUnstarted:
                if (Stop is null)
                    (RunnerId, Hostname, RunnerBootId, RunnerJournalId, ClaimTime) = ("", "", "", "", null);
                CloseStop(StopOutcome.NeverStarted, now);
                break;
            case RunEvent.Complete complete:
                RememberEnd(complete.End, StopOutcome.TooLate);
                break;
            case RunEvent.Fail fail:
                RememberEnd(fail.End, StopOutcome.TooLate);
                RememberFailure(fail.Failure);
                break;
            case RunEvent.ProveStop prove:
                RememberEnd(prove.End, StopOutcome.Proved);
                break;
            case RunEvent.FailStart fail:
                RememberFailure(fail.Failure);
                CloseStop(StopOutcome.NeverStarted, now);
                break;
            case RunEvent.ExpireQueue expire:
                RememberFailure(expire.Failure);
                break;
            case RunEvent.LoseRunner lose:
                RememberFailure(lose.Failure);
                CloseStop(StopOutcome.Unproved, null);
                break;
            case RunEvent.RestartRunner restart:
                RememberFailure(restart.Failure);
                RememberEnded(restart.Ended);
                CloseStop(StopOutcome.Unproved, null);
                break;
            case RunEvent.BreakContainment broken:
                ExitCode = broken.End.ExitCode;
                EndTime = broken.End.Time;
                RememberEnded(broken.End.Ended);
                RememberFailure(broken.Failure);
                RememberUnproved(broken.End);
                break;
            default:
                throw new InvalidOperationException($"Nothing remembers a {what.GetType().Name}.");
        }
    }

    private void RequestStop(StopTerms terms, DateTimeOffset now)
    {
        if (Stop is { } stop)
        {
            stop.Force |= terms.Force;
            stop.GracePeriod = terms.GracePeriod < stop.GracePeriod ? terms.GracePeriod : stop.GracePeriod;
            stop.IncludeChildren |= terms.IncludeChildren;
            return;
        }

        Stop = new StopState
        {
            RequestedTime = terms.RequestedTime ?? now,
            RequestedBy = terms.Origin.RequestedBy,
            OperationId = terms.Origin.OperationId,
            Reason = terms.Reason,
            GracePeriod = terms.GracePeriod,
            Force = terms.Force,
            IncludeChildren = terms.IncludeChildren,
        };
        if (Status == RunStatus.Pending)
            CloseStop(StopOutcome.NeverStarted, now);
    }

    private void RememberEnd(AgentEnd end, StopOutcome outcome)
    {
        ExitCode = end.ExitCode;
        EndTime = end.Time;
        RememberEnded(end.Ended);
        if (Stop is not { } stop)
            return;
        StopTimeline.Ended(stop, end.Time, end.Clock);
        stop.Signal = end.Signal;
        stop.ExitCode = end.ExitCode;
        stop.Escalated = end.Escalated;
        stop.ProcessesEnded = end.Ended.Count;
        stop.ProcessesLeft = 0;
        stop.Outcome = outcome;
        stop.Detail = "";
        stop.InTime();
        EndTime = stop.EndedTime;
    }

    /// <summary>What is known of the end, which is no proof.</summary>
    private void RememberUnproved(AgentEnd end)
    {
        if (Stop is not { } stop)
            return;
        stop.Signal = end.Signal;
        stop.ExitCode = end.ExitCode;
        stop.Escalated = end.Escalated;
        stop.ProcessesEnded = end.Ended.Count;
        CloseStop(StopOutcome.Unproved, null);
    }

    private void RememberEnded(EndedProcesses ended) =>
        (ProcessesEnded, EndedCommands, EndedAfterResult) = (ended.Count, ended.Names, ended.AfterResult);

    private void RememberFailure(RunFailure failure) =>
        (FailureReason, FailureMessage) = (failure.Reason, failure.Message);

    private void CloseStop(StopOutcome outcome, DateTimeOffset? ended)
    {
        if (Stop is not { } stop)
            return;
        stop.Outcome = outcome;
        stop.EndedTime = ended;
        stop.ProcessesLeft = ended is null ? stop.ProcessesLeft : 0;
        stop.InTime();
    }
}
