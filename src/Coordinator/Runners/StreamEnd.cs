using Coordinator.Errors;

namespace Coordinator.Runners;

/// <summary>Why the coordinator ended a runner's connection, as the runner is told.</summary>
internal sealed record StreamEnd(CoordinatorException Error)
{
    public static StreamEnd Superseded(string runnerId) => new(new CoordinatorException(ErrorKind.Aborted, Reasons.Superseded,
        $"Runner {runnerId} connected again; the newest connection wins. If two programs share this runner's id, give one of them another name."));

    public static StreamEnd Silent(string runnerId, TimeSpan silence) => new(new CoordinatorException(ErrorKind.Unavailable, Reasons.HeartbeatTimeout,
        $"Nothing was heard of runner {runnerId} for {silence.TotalSeconds:0} s. Connect again."));

    public static StreamEnd TooSlow(string runnerId) => new(new CoordinatorException(ErrorKind.Unavailable, Reasons.SlowRunner,
        $"Runner {runnerId} does not read what it is sent. Connect again."));

    /// <summary>The runner's side ended the connection; nobody is left to be told.</summary>
    public static StreamEnd Left(string runnerId) => new(new CoordinatorException(ErrorKind.Unavailable, Reasons.Superseded,
        $"Runner {runnerId} has left."));

    /// <summary>A report could not be stored; the runner keeps it and repeats it on its next connection.</summary>
    public static StreamEnd NotStored(CoordinatorException cause) => new(new CoordinatorException(ErrorKind.Unavailable, cause.Reason,
        $"A report could not be stored: {cause.Message}", cause));
}
