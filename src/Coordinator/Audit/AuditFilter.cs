using Coordinator.Model;

namespace Coordinator.Audit;

/// <summary>Which entries are meant; empty fields mean any.</summary>
internal sealed record AuditFilter(string SessionId, string RunId, string RunnerId, IReadOnlyList<AuditAction> Actions);
