namespace Coordinator.Storage;

/// <summary>What an operation reads before it decides, by a key.</summary>
/// <param name="Value">An id; empty for what there is once.</param>
internal readonly record struct LedgerKey(LedgerKeyKind Kind, string Value)
{
    /// <summary>A session and its newest run.</summary>
    public static LedgerKey Session(string sessionId) => new(LedgerKeyKind.Session, sessionId);

    /// <summary>A run and its session.</summary>
    public static LedgerKey Run(string runId) => new(LedgerKeyKind.Run, runId);

    /// <summary>What a run was asked and what came of it.</summary>
    public static LedgerKey Text(string runId) => new(LedgerKeyKind.Text, runId);

    public static LedgerKey Runner(string runnerId) => new(LedgerKeyKind.Runner, runnerId);

    /// <summary>The runs that a runner holds, or should.</summary>
    public static LedgerKey RunsOn(string runnerId) => new(LedgerKeyKind.RunsOn, runnerId);

    /// <summary>The run that a request with this id made, and its session.</summary>
    public static LedgerKey Request(string requestId) => new(LedgerKeyKind.Request, requestId);

    /// <summary>The sessions that were started by a session, or by one of those, and so on, with their newest runs.</summary>
    public static LedgerKey Descendants(string sessionId) => new(LedgerKeyKind.Descendants, sessionId);

    /// <summary>A session, the one that started it, and so on upwards, with their newest runs.</summary>
    public static LedgerKey Lineage(string sessionId) => new(LedgerKeyKind.Lineage, sessionId);

    /// <summary>The runners whose connections a coordinator holds, or held when it ended; and those that no coordinator is named for.</summary>
    public static LedgerKey ConnectedTo(string coordinatorId) => new(LedgerKeyKind.ConnectedTo, coordinatorId);

    /// <inheritdoc cref="LedgerState"/>
    public static LedgerKey State { get; } = new(LedgerKeyKind.State, "");
}

/// <inheritdoc cref="LedgerKey"/>
internal enum LedgerKeyKind
{
    Session,
    Run,
    Text,
    Runner,
    RunsOn,
    Request,
    Descendants,
    Lineage,
    ConnectedTo,
    State,
}
