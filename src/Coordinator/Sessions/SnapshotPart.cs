using Coordinator.Model;

namespace Coordinator.Sessions;

/// <summary>Some sessions of a snapshot, newest first.</summary>
/// <param name="Omitted">Of the last part: how many ended sessions the snapshot does not have.</param>
internal sealed record SnapshotPart(IReadOnlyList<SessionView> Sessions, bool First, bool Complete, long Omitted);
