using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Execution;

/// <summary>The names of processes that were ended, as they are told: a process chooses its own, so they are bounded.</summary>
internal static class EndedCommands
{
    internal const int MaxNames = 20;
    internal const int MaxNameBytes = 64;

    public static IEnumerable<string> Of(IEnumerable<string> names) =>
        names.Take(MaxNames).Select(name => BoundedText.Name(name, MaxNameBytes));
}
