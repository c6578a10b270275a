using System.Collections.Immutable;
using Coordinator.Model;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Coordinator.Grpc;

/// <summary>
/// What a caller is told: a gRPC status whose details say the stable reason (<c>google.rpc.ErrorInfo</c>), the wrong fields
/// (<c>BadRequest</c>) and, where repeating helps, when (<c>RetryInfo</c>).
/// </summary>
internal static class RpcErrors
{
    public const string Domain = "coordinator";

    /// <summary>About how long a restart takes; clients add their own jitter.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    public static RpcException Of(CoordinatorException problem)
    {
        ErrorInfo info = new() { Reason = problem.Reason, Domain = Domain, Metadata = { problem.Metadata } };
        Google.Rpc.Status status = new() { Code = (int)Code(problem.Kind), Message = problem.Message, Details = { Any.Pack(info) } };
        if (problem.Fields.Length > 0)
            status.Details.Add(Any.Pack(Violations(problem.Fields)));
        if (problem.Kind == ErrorKind.Unavailable)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(RetryDelay) }));
        return status.ToRpcException();
    }

    /// <summary>The bytes of a request are not what the method takes.</summary>
    public static RpcException Unreadable() => Of(new CoordinatorException(ErrorKind.InvalidArgument, Reasons.InvalidArgument,
        "The request cannot be read: it is cut off, or not the protobuf message that the method takes."));

    /// <summary>Nobody is told this: the caller is gone or has given up.</summary>
    public static RpcException Cancelled() => new(new global::Grpc.Core.Status(StatusCode.Cancelled, "The caller ended the call."));

    /// <summary>A mistake of the coordinator. What it is stands in the log, not in the answer.</summary>
    public static RpcException Internal() =>
        new(new global::Grpc.Core.Status(StatusCode.Internal, "Something went wrong in the coordinator; its log says what."));

    private static BadRequest Violations(ImmutableArray<FieldError> fields) => new()
    {
        FieldViolations =
        {
            fields.Select(f => new BadRequest.Types.FieldViolation { Field = f.Field, Description = f.Description }),
        },
    };

    private static StatusCode Code(ErrorKind kind) => kind switch
    {
        ErrorKind.NotFound => StatusCode.NotFound,
        ErrorKind.InvalidArgument => StatusCode.InvalidArgument,
        ErrorKind.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        ErrorKind.ResourceExhausted => StatusCode.ResourceExhausted,
        ErrorKind.Aborted => StatusCode.Aborted,
        ErrorKind.Unavailable => StatusCode.Unavailable,
    };
}
