using Coordinator.Model;

namespace Coordinator.Runs;

/// <summary>Which runs are meant; empty fields mean any.</summary>
internal sealed record RunFilter(string SessionId, string RunnerId, IReadOnlyList<RunStatus> Statuses);
