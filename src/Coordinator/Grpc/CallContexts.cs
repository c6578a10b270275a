using Coordinator.Identity;
using Grpc.Core;

namespace Coordinator.Grpc;

/// <summary>What a call says of its caller.</summary>
internal static class CallContexts
{
    public static Caller Of(this Callers callers, ServerCallContext context) => callers.Of(context.GetHttpContext());
}
