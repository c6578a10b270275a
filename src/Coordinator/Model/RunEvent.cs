namespace Coordinator.Model;

/// <summary>Something that happened to a run, with what is to be remembered of it.</summary>
internal abstract record RunEvent(RunEventKind Kind)
{
    /// <summary>What the agent gave as its result, if this event ends the run and it gave one.</summary>
    public virtual string ResultText => "";

    internal sealed record Claim(string RunnerId, string Hostname, string BootId, string JournalId) : RunEvent(RunEventKind.Claim);

    internal sealed record Start(DateTimeOffset Time, Isolation Isolation) : RunEvent(RunEventKind.Start);

    internal sealed record RequestStop(StopTerms Terms) : RunEvent(RunEventKind.RequestStop);

    internal sealed record ReturnUnstarted() : RunEvent(RunEventKind.ReturnUnstarted);

    internal sealed record Complete(AgentEnd End) : RunEvent(RunEventKind.Complete)
    {
        public override string ResultText => End.ResultText;
    }

    internal sealed record Fail(AgentEnd End, RunFailure Failure) : RunEvent(RunEventKind.Fail)
    {
        public override string ResultText => End.ResultText;
    }

    internal sealed record FailStart(RunFailure Failure) : RunEvent(RunEventKind.FailStart);

    internal sealed record ProveStop(AgentEnd End) : RunEvent(RunEventKind.ProveStop)
    {
        public override string ResultText => End.ResultText;
    }

    internal sealed record ExpireQueue(RunFailure Failure) : RunEvent(RunEventKind.ExpireQueue);

    internal sealed record LoseRunner(RunFailure Failure) : RunEvent(RunEventKind.LoseRunner);

    internal sealed record RestartRunner(RunFailure Failure, EndedProcesses Ended) : RunEvent(RunEventKind.RestartRunner);

    internal sealed record BreakContainment(AgentEnd End, RunFailure Failure) : RunEvent(RunEventKind.BreakContainment)
    {
        public override string ResultText => End.ResultText;
    }
}
