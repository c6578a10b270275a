using Google.Rpc;
using Grpc.Core;

namespace Coordinator.Client.Errors;

/// <summary>Reads what the coordinator says about an error beyond its status.</summary>
public static class RpcExceptionReason
{
    /// <summary>The stable reason, for example <c>SESSION_NOT_RUNNING</c>; empty if the error does not come from the coordinator.</summary>
    public static string Reason(this RpcException error) => error.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "";

    /// <summary>The fields of the request that were wrong, each with its sentence; empty if none was.</summary>
    public static IReadOnlyDictionary<string, string> Fields(this RpcException error) =>
        error.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations
            .GroupBy(v => v.Field)
            .ToDictionary(g => g.Key, g => string.Join(' ', g.Select(v => v.Description)))
        ?? [];
}
