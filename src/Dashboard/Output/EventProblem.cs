using Coordinator.Client.Text;
using Grpc.Core;

namespace Coordinator.Dashboard.Output;

/// <summary>Why events could not be read, in words that say what to do.</summary>
internal static class EventProblem
{
    public static string Of(RpcException e) => e.StatusCode switch
    {
        // What the browser says of a connection that it could not make.
        StatusCode.Internal when e.Status.DebugException is HttpRequestException => "The coordinator cannot be reached.",
        StatusCode.NotFound => "This session no longer exists; somebody has deleted it.",
        StatusCode.Unavailable => "The coordinator cannot be reached.",
        StatusCode.DeadlineExceeded => "The coordinator did not answer in time.",
        StatusCode.ResourceExhausted => "Too many pages follow sessions at the moment. Close some of them.",
        StatusCode.PermissionDenied => "You may not see this session.",
        StatusCode.Unauthenticated => "You are signed out. Sign in again.",
        _ => SafeText.Line(e.Status.Detail.Length > 0 ? e.Status.Detail : $"The coordinator answered {e.StatusCode}."),
    };
}
