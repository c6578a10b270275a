namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// What a new process tells about itself. Those of a failure end with room for an error's number of three digits and the line's end.
/// </summary>
internal sealed record BirthLines
{
    /// <summary>The next thing is the program.</summary>
    public required string Entering { get; init; }

    /// <summary>The directory could not be entered.</summary>
    public required string DirectoryFailed { get; init; }

    /// <summary>It could not become the user's.</summary>
    public required string UserFailed { get; init; }

    /// <summary>The program could not be executed.</summary>
    public required string ProgramFailed { get; init; }
}
