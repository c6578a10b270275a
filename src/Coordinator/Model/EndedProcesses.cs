namespace Coordinator.Model;

/// <summary>The processes of a run that its runner ended.</summary>
/// <param name="Names">Of the first of them.</param>
/// <param name="AfterResult">Whether the agent is among them because it did not exit after its result.</param>
internal sealed record EndedProcesses(int Count, string[] Names, bool AfterResult = false)
{
    public const int MaxNames = 20;
    public const int MaxNameBytes = 64;

    public static EndedProcesses None { get; } = new(0, []);
}
