using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.RunFiles;

namespace Coordinator.AgentRunner.Executors;

/// <summary>Turns a profile and a command into what the containment starts.</summary>
internal sealed class LaunchPreparer(
    AgentEnvironment environment, string workingDirectory, ExecutorAvailability availability)
{
    /// <exception cref="AgentStartException">Something it takes is missing; the message says what to do.</exception>
    public AgentLaunch Prepare(
        ExecutorProfile profile, Proto.StartRun command, RunDirectory directory, IAgentOutput output)
    {
        Dictionary<string, string> variables = environment.For(profile, command);
        Placeholders placeholders = new(command);
        return new AgentLaunch
        {
            RunId = command.RunId,
            Program = FindProgram(profile, variables),
            Arguments = placeholders.FillAll(profile.ArgumentsFor(command.ExecutorSessionId)),
            Environment = variables,
            WorkingDirectory = CheckedDirectory(command.ProjectDir),
            StandardInputFile = profile.PromptVia == PromptVia.Stdin ? directory.WritePrompt(command.Prompt) : null,
            Output = output,
        };
    }

    /// <summary>What has vanished since it was last looked for is not offered any more from now on.</summary>
    private string FindProgram(ExecutorProfile profile, IReadOnlyDictionary<string, string> variables)
    {
        if (ProgramPath.Find(profile, variables, out MissingProgram? missing) is { } program)
            return program;
        availability.Set(new ExecutorState(profile.Name, missing));
        throw new AgentStartException(missing!.Sentence);
    }

    private string CheckedDirectory(string projectDirectory)
    {
        if (projectDirectory.Length == 0)
            return workingDirectory;
        if (!Path.IsPathFullyQualified(projectDirectory))
        {
            throw new AgentStartException(
                $"The project directory \"{projectDirectory}\" is not an absolute path. " +
                "Start the session with one that is.");
        }

        return Directory.Exists(projectDirectory)
            ? projectDirectory
            : throw new AgentStartException(
                $"The project directory \"{projectDirectory}\" does not exist on this runner. " +
                "Create it there, or start the session with another one.");
    }
}
