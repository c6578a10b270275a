using Coordinator.Sessions;

namespace Coordinator.Runs;

/// <summary>A run with its session and its prompt, for answering a caller.</summary>
internal sealed record RunView(Session Session, Run Run, string Prompt)
{
    public Proto.Session SessionToProto() => SessionMapping.ToProto(Session, Run);

    public Proto.Run RunToProto() => RunMapping.ToProto(Run, Prompt);
}
