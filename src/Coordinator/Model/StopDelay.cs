namespace Coordinator.Model;

/// <summary>
/// Why a stop takes longer than it should. The one place that knows when that is, and what is said about it.
/// </summary>
/// <param name="Detail">For a person. Nothing in it changes by itself, so that it is told again only when there is news.</param>
internal sealed record StopDelay(StopWait WaitingFor, string Detail)
{
    /// <summary>A connected runner confirms a stop, and sees processes end that it has killed, in milliseconds.</summary>
    public static readonly TimeSpan Allowance = TimeSpan.FromSeconds(5);

    /// <param name="run">A run that is stopping.</param>
    /// <param name="isConnected">Whether its runner is connected.</param>
    /// <param name="offlineSince">When the runner's newest connection ended, if that is known.</param>
    /// <returns>Null while the stop is in time.</returns>
    public static StopDelay? Of(Run run, bool isConnected, DateTimeOffset? offlineSince, DateTimeOffset now)
    {
        StopState stop = run.Stop!;
        if (now < Due(stop))
            return null;
        if (!isConnected)
        {
            string since = offlineSince is { } time ? $"since {Word(time)}" : "now";
            string rest = stop.ReceivedTime is null
                ? "The stop is stored and delivered when the runner connects; until then the agent may be running."
                : "It had received the stop and carries it out by itself, if it is alive; what became of it is known when it connects.";
            return new StopDelay(StopWait.Runner, $"Runner {run.RunnerId} ({run.Hostname}) has been offline {since}. {rest}");
        }

        string runner = $"Runner {run.RunnerId} ({run.Hostname})";
        return stop switch
        {
            { ReceivedTime: null } => new StopDelay(StopWait.Receipt,
                $"{runner} is connected but has not confirmed the stop. It is told again every {Allowance.TotalSeconds:0} s."),
            { KilledTime: { } killed } => new StopDelay(StopWait.Processes,
                $"{Left(stop)} alive although SIGKILL was sent at {Word(killed)}.{Said(stop)}"),
            { SignalledTime: { } signalled } => new StopDelay(StopWait.Kill,
                $"{Left(stop)} alive after SIGTERM at {Word(signalled)}, and {runner} has not reported SIGKILL.{Said(stop)}"),
            { ReceivedTime: { } received } => new StopDelay(StopWait.Signal,
                $"{runner} received the stop at {Word(received)} but has not signalled the agent.{Said(stop)}"),
        };
    }

    /// <summary>When the stop should have got further.</summary>
    private static DateTimeOffset Due(StopState stop) => stop switch
    {
        { ReceivedTime: null } => stop.RequestedTime + Allowance,
        { KilledTime: { } killed } => killed + Allowance,
        { ReceivedTime: { } received } => received + stop.GracePeriod + Allowance,
    };

    private static string Left(StopState stop) => stop.ProcessesLeft switch
    {
        1 => "1 process is",
        > 1 => $"{stop.ProcessesLeft} processes are",
        _ => "Processes may be",
    };

    private static string Said(StopState stop) => stop.Detail.Length == 0 ? "" : $" The runner says: {stop.Detail}";

    private static string Word(DateTimeOffset time) => $"{time:yyyy-MM-dd HH:mm:ss} UTC";
}

/// <summary>What an overdue stop waits for.</summary>
internal enum StopWait
{
    /// <summary>It is in time, or over.</summary>
    Nothing,

    /// <summary>The runner to connect.</summary>
    Runner,

    /// <summary>The runner to confirm that it has the stop.</summary>
    Receipt,

    /// <summary>The runner to signal the processes.</summary>
    Signal,

    /// <summary>The runner to kill the processes, their grace period being over.</summary>
    Kill,

    /// <summary>Processes to end that SIGKILL was sent to.</summary>
    Processes,
}
