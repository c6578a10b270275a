namespace Coordinator.Model;

/// <summary>
/// Who asked for what, when, why and from where, or how it ended. Written in the transaction of what it tells of, and never
/// changed or deleted. It holds no prompt, and nothing that an agent said.
/// </summary>
internal sealed class AuditEntry
{
    /// <summary>Given by the database; grows with every entry.</summary>
    public long Sequence { get; init; }

    public DateTimeOffset Time { get; set; }

    public required AuditAction Action { get; init; }

    public required string OperationId { get; init; }

    public required string RequestedBy { get; init; }

    public required string Peer { get; init; }

    public string Reason { get; init; } = "";

    public string SessionId { get; init; } = "";

    public string RunId { get; init; } = "";

    public string RunnerId { get; init; } = "";

    /// <summary>The message of the API that goes with the action, serialised; empty if none does.</summary>
    public byte[] Details { get; init; } = [];
}
