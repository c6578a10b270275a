using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Executors;

/// <summary>Finds the file behind a profile's command, in the PATH the agent itself will have.</summary>
internal static class ProgramPath
{
    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <exception cref="AgentStartException">There is no such program.</exception>
    public static string Resolve(ExecutorProfile profile, IReadOnlyDictionary<string, string> environment)
    {
        string command = profile.Command;
        bool isPath = command.Contains('/') || (OperatingSystem.IsWindows() && command.Contains('\\'));
        string searched = isPath ? "" : environment.GetValueOrDefault("PATH", "");
        IEnumerable<string> candidates = isPath
            ? [Path.GetFullPath(command)]
            : searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Where(Path.IsPathFullyQualified)
                .Select(directory => Path.Combine(directory, command));

        return candidates.SelectMany(path => WithExtensions(path, environment)).FirstOrDefault(IsProgram)
            ?? throw new AgentStartException(Sentence(profile, isPath));
    }

    private static string Sentence(ExecutorProfile profile, bool isPath)
    {
        string missing = isPath
            ? $"The program {profile.Command} of executor \"{profile.Name}\" does not exist on this machine " +
                "or is not executable."
            : $"The program \"{profile.Command}\" of executor \"{profile.Name}\" was not found in the runner's PATH.";
        string install = profile.InstallHint.Length > 0 ? profile.InstallHint : "Install it on this machine";
        return $"{missing} {install}, or set Runner:Executors:{profile.Name}:Command to its full path.";
    }

    private static IEnumerable<string> WithExtensions(string path, IReadOnlyDictionary<string, string> environment)
    {
        yield return path;
        if (!OperatingSystem.IsWindows() || Path.HasExtension(path))
            yield break;
        foreach (string extension in environment.GetValueOrDefault("PATHEXT", ".EXE;.CMD;.BAT").Split(';'))
            yield return path + extension;
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != 0);
}
