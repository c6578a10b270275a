using Coordinator.Audit;
using Coordinator.Hosting;
using Coordinator.Requests;
using Coordinator.Runs;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Coordinator.Stops;

/// <summary>Makes the terms of a stop from what a caller asked for.</summary>
internal sealed class StopOrders(Origins origins, IOptions<CoordinatorOptions> options)
{
    /// <param name="check">With what the caller has checked already; throws if anything is wrong.</param>
    /// <exception cref="Errors.CoordinatorException">A field is wrong.</exception>
    public StopTerms Check(ServerCallContext caller, RequestCheck check, Duration? gracePeriod, string reason, bool force, bool includeChildren)
    {
        check.Duration("grace_period", gracePeriod, TimeSpan.Zero, RequestCheck.MaxGrace)
            .Text("reason", reason, RequestCheck.MaxReason)
            .ThrowIfAny();
        TimeSpan grace = gracePeriod?.ToTimeSpan() ?? options.Value.DefaultGracePeriod;
        return new StopTerms(origins.Of(caller), reason, grace, force, includeChildren);
    }
}
