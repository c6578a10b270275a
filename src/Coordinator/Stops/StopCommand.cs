using Coordinator.Identity;
using Coordinator.Model;

namespace Coordinator.Stops;

/// <summary>What a caller asks for with a stop, whichever sessions it is about.</summary>
/// <param name="GracePeriod">Between SIGTERM and SIGKILL; null for the default.</param>
/// <param name="IncludeChildren">Whether the active descendants of the sessions are stopped with them.</param>
internal sealed record StopCommand(TimeSpan? GracePeriod = null, string Reason = "", bool Force = false, bool IncludeChildren = false)
{
    public StopTerms By(Caller caller, StopOptions options) =>
        new(caller.Origin, Reason, GracePeriod ?? options.DefaultGracePeriod, Force, IncludeChildren);
}
