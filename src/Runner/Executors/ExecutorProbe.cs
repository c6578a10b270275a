namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// Finds out which executors can be started, by looking for their programs where an agent would find them. Nothing is
/// started for that.
/// </summary>
internal sealed class ExecutorProbe(ExecutorCatalog executors, AgentEnvironment environment)
{
    /// <summary>Every executor that is enabled, before anything was looked for.</summary>
    public IEnumerable<ExecutorState> Unknown =>
        executors.Enabled.Select(profile => new ExecutorState(profile.Name, MissingProgram.Searching(profile)));

    /// <summary>Every executor that is enabled, by name. Reads directories of the PATH, some of which may be slow.</summary>
    public IReadOnlyList<ExecutorState> Look() => [.. executors.Enabled.Select(Look)];

    private ExecutorState Look(ExecutorProfile profile)
    {
        ProgramPath.Find(profile, environment.For(profile), out MissingProgram? missing);
        return new ExecutorState(profile.Name, missing);
    }
}
