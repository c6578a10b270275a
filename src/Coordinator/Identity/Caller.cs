using Coordinator.Model;

namespace Coordinator.Identity;

/// <summary>Who asks for something. Made once, where a call arrives or where something becomes due, and required by every use case.</summary>
/// <param name="Principal">Who it is, in the words of the audit log. Never empty.</param>
/// <param name="Address">The address that the call comes from, without its port; empty if it was no call.</param>
/// <param name="Peer">That address with its port; empty if it was no call.</param>
/// <param name="OperationId">The same for everything that one call does.</param>
internal sealed record Caller(string Principal, string Address, string Peer, string OperationId)
{
    /// <summary>As it is kept with what the caller changes.</summary>
    public Origin Origin => new(OperationId, Principal, Peer);
}
