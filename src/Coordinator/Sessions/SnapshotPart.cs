namespace Coordinator.Sessions;

/// <summary>Some sessions of a snapshot, newest first.</summary>
/// <param name="Omitted">Of the last part: how many ended sessions the snapshot does not have.</param>
internal sealed record SnapshotPart(IReadOnlyList<Proto.Session> Sessions, bool First, bool Complete, long Omitted);
