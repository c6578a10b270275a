using Google.Rpc;
using Grpc.Core;

namespace Coordinator.Dashboard.Connection;

/// <summary>Reads what the coordinator says about an error beyond its status.</summary>
internal static class RpcExceptionReason
{
    /// <summary>The stable reason, for example <c>SESSION_NOT_RUNNING</c>; empty if the error does not come from the coordinator.</summary>
    public static string Reason(this RpcException error) => error.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "";

    /// <summary>The fields that were wrong, each with its sentence.</summary>
    public static IReadOnlyDictionary<string, string> Fields(this RpcException error) =>
        error.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations
            .GroupBy(v => v.Field)
            .ToDictionary(g => g.Key, g => string.Join(' ', g.Select(v => v.Description)))
        ?? [];
}
