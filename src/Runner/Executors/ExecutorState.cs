namespace Coordinator.AgentRunner.Executors;

/// <summary>Whether an executor can be started on this machine now. Immutable.</summary>
/// <param name="Name">The executor.</param>
/// <param name="Missing">What keeps it from being started; null if nothing does.</param>
internal sealed record ExecutorState(string Name, MissingProgram? Missing)
{
    public bool IsAvailable => Missing is null;

    public Proto.ExecutorInfo ToProto() => new()
    {
        Name = Name,
        Available = IsAvailable,
        UnavailableReason = Missing?.Reason ?? "",
        Remedy = Missing?.Remedy ?? "",
        InstallCommand = Missing?.InstallCommand ?? "",
    };
}
