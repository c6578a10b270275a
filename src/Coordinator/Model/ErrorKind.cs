namespace Coordinator.Model;

/// <summary>What kind of thing went wrong, as the caller sees it. Each maps to one gRPC status.</summary>
internal enum ErrorKind
{
    /// <summary>NOT_FOUND: the named thing does not exist.</summary>
    NotFound,

    /// <summary>INVALID_ARGUMENT: the request is wrong whatever the state is.</summary>
    InvalidArgument,

    /// <summary>FAILED_PRECONDITION: the request does not fit the state.</summary>
    FailedPrecondition,

    /// <summary>ALREADY_EXISTS: the id was used for something else.</summary>
    AlreadyExists,

    /// <summary>RESOURCE_EXHAUSTED: a limit is reached.</summary>
    ResourceExhausted,

    /// <summary>ABORTED: another connection took over.</summary>
    Aborted,

    /// <summary>UNAVAILABLE: the coordinator is shutting down or cannot write; the call may be repeated.</summary>
    Unavailable,
}
