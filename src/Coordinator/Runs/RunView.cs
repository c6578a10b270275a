using Coordinator.Model;

namespace Coordinator.Runs;

/// <summary>A run with its session and its prompt, for answering a caller.</summary>
internal sealed record RunView(Session Session, Run Run, string Prompt);
