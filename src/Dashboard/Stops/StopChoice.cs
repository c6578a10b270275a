namespace Coordinator.Dashboard.Stops;

/// <summary>What somebody is about to stop, as it was when they asked; the dialog shows it and the call carries it out.</summary>
internal abstract record StopChoice
{
    private StopChoice()
    {
    }

    /// <summary>One session.</summary>
    /// <param name="Session">As it was shown.</param>
    /// <param name="Children">Its active descendants.</param>
    /// <param name="Kill">SIGKILL at once; the only choice for a session that is stopping.</param>
    public sealed record One(Proto.Session Session, IReadOnlyList<Proto.Session> Children, bool Kill) : StopChoice;

    /// <summary>Sessions that were chosen one by one, and are active.</summary>
    public sealed record Selected(IReadOnlyList<Proto.Session> Sessions) : StopChoice;

    /// <summary>Everything active that a filter selects, however many the page shows.</summary>
    /// <param name="Description">The filter in words.</param>
    /// <param name="Sessions">What the coordinator says that would be stopped.</param>
    public sealed record Matching(string Description, IReadOnlyList<Proto.SessionStopOutcome> Sessions) : StopChoice;
}
