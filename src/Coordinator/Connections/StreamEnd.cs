using Coordinator.Model;

namespace Coordinator.Connections;

/// <summary>Why the coordinator ended a runner's connection, as the runner is told.</summary>
/// <param name="Error">The status the call ends with.</param>
/// <param name="Reason">What the last frame says.</param>
internal sealed record StreamEnd(CoordinatorException Error, DisconnectReason Reason)
{
    /// <summary>Time that a runner leaves to whatever ended its connection; it adds jitter of its own.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static StreamEnd Superseded(string runnerId) => new(new CoordinatorException(ErrorKind.Aborted, Reasons.Superseded,
        $"Runner {runnerId} connected again; the newest connection wins. If two programs share this runner's id, give one of them another name."), DisconnectReason.Superseded);

    public static StreamEnd Silent(string runnerId, TimeSpan silence) => new(new CoordinatorException(ErrorKind.Unavailable, Reasons.HeartbeatTimeout,
        $"Nothing was heard of runner {runnerId} for {silence.TotalSeconds:0} s. Connect again."), DisconnectReason.HeartbeatTimeout);

    public static StreamEnd TooSlow(string runnerId) => new(new CoordinatorException(ErrorKind.Unavailable, Reasons.SlowRunner,
        $"Runner {runnerId} does not read what it is sent. Connect again."), DisconnectReason.SlowRunner);

    /// <summary>The runner's side ended the connection; no one is left to be told.</summary>
    public static StreamEnd Left(string runnerId) => new(new CoordinatorException(ErrorKind.Unavailable, Reasons.RunnerLeft,
        $"Runner {runnerId} has left."), DisconnectReason.None);

    /// <summary>A report could not be stored; the runner keeps it and repeats it on its next connection.</summary>
    public static StreamEnd NotStored(CoordinatorException cause) => new(new CoordinatorException(ErrorKind.Unavailable, cause.Reason,
        $"A report could not be stored: {cause.Message}", cause), DisconnectReason.NotStored);
}
