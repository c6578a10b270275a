using Coordinator.Contracts.Text;

namespace Coordinator.AgentRunner.Executors;

/// <summary>Why an executor cannot be started: its program is not there. Immutable.</summary>
/// <param name="Reason">What is missing: a sentence.</param>
/// <param name="Remedy">What to do about it: a sentence.</param>
/// <param name="InstallCommand">A shell command that installs it; empty if none is known.</param>
internal sealed record MissingProgram(string Reason, string Remedy, string InstallCommand)
{
    /// <summary>The longest of each, as the coordinator takes them.</summary>
    private const int MaxLength = 512;

    /// <summary>The whole of it, for one line.</summary>
    public string Sentence => $"{Reason} {Remedy}{(InstallCommand.Length > 0 ? $" To install it: {InstallCommand}" : "")}";

    /// <summary>A profile whose program was looked for in vain.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="isPath">Whether its command is a path, and not a name that is looked up.</param>
    public static MissingProgram Of(ExecutorProfile profile, bool isPath)
    {
        string command = Shorten(profile.Command);
        string what = profile.ProductName.Length > 0 ? profile.ProductName : "it";
        return new MissingProgram(
            isPath
                ? $"The program {command} of executor \"{profile.Name}\" does not exist on this machine or is not executable."
                : $"The program \"{command}\" of executor \"{profile.Name}\" was not found in the runner's PATH.",
            $"Install {what} on this machine, or set Runner:Executors:{profile.Name}:Command to its full path.",
            profile.InstallCommand);
    }

    /// <summary>A profile whose program was not found so far, and the search is not over.</summary>
    public static MissingProgram Searching(ExecutorProfile profile) => new(
        $"The runner is still looking for the program \"{Shorten(profile.Command)}\" of executor \"{profile.Name}\".",
        "Wait; if this stays, take directories that do not answer out of the runner's PATH.",
        InstallCommand: "");

    /// <summary>So that the sentence around it stays within <see cref="MaxLength"/>, and on one line.</summary>
    private static string Shorten(string command)
    {
        const int Kept = MaxLength / 2;
        string line = ControlCharacters.Replace(command, ' ');
        return line.Length <= Kept ? line : $"…{line[^Kept..]}";
    }
}
