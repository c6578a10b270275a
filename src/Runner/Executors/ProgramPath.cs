namespace Coordinator.AgentRunner.Executors;

/// <summary>Finds the file behind a profile's command, in the PATH the agent itself will have.</summary>
internal static class ProgramPath
{
    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The program's file; null if there is none, and then <paramref name="missing"/> says why.</summary>
    public static string? Find(
        ExecutorProfile profile, IReadOnlyDictionary<string, string> environment, out MissingProgram? missing)
    {
        string command = profile.Command;
        bool isPath = command.Contains('/') || (OperatingSystem.IsWindows() && command.Contains('\\'));
        string searched = isPath ? "" : environment.GetValueOrDefault("PATH", "");
        IEnumerable<string> candidates = isPath
            ? [Path.GetFullPath(command)]
            : searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Where(Path.IsPathFullyQualified)
                .Select(directory => Path.Combine(directory, command));

        string? found = candidates.SelectMany(path => WithExtensions(path, environment)).FirstOrDefault(IsProgram);
        missing = found is null ? MissingProgram.Of(profile, isPath) : null;
        return found;
    }

    private static IEnumerable<string> WithExtensions(string path, IReadOnlyDictionary<string, string> environment)
    {
        yield return path;
        if (!OperatingSystem.IsWindows() || Path.HasExtension(path))
            yield break;
        foreach (string extension in environment.GetValueOrDefault("PATHEXT", ".EXE;.CMD;.BAT").Split(';'))
            yield return path + extension;
    }

    private static bool IsProgram(string path)
    {
        try
        {
            return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was removed between the two.
            return false;
        }
    }
}
