using Coordinator.Model;

namespace Coordinator.Sessions;

/// <summary>A session that is to be started.</summary>
/// <param name="SessionName">Empty to make one of the prompt.</param>
/// <param name="ParentSessionId">The session that starts it; empty if none does.</param>
internal sealed record StartCommand(
    string SessionName, string Executor, string Prompt, string ProjectDir, string AgentName, string ParentSessionId, RunDemands Demands)
{
    public required Dictionary<string, string> Labels { get; init; }

    /// <summary>How long it waits for a runner; null for the default.</summary>
    public TimeSpan? QueueTimeout { get; init; }

    /// <summary>How long it may run; null for without end.</summary>
    public TimeSpan? MaxRuntime { get; init; }

    public required RequestKey Request { get; init; }
}

/// <summary>An ended session that is to go on.</summary>
internal sealed record ResumeCommand(string SessionId, string Prompt, RequestKey Request);

/// <summary>Tells a repeated request.</summary>
/// <param name="RequestId">The caller's; empty if it gave none.</param>
/// <param name="Fingerprint">Tells it from another request that reuses the id.</param>
internal sealed record RequestKey(string RequestId, string Fingerprint);
