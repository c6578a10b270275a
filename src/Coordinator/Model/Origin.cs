namespace Coordinator.Model;

/// <summary>Where something that changes the state comes from, for the record.</summary>
/// <param name="OperationId">The same for everything that one call does.</param>
/// <param name="RequestedBy">Who asked, in words.</param>
/// <param name="Peer">The address and port of the call; empty if it was none.</param>
internal sealed record Origin(string OperationId, string RequestedBy, string Peer);
