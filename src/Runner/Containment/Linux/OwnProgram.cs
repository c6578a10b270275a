namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// How to start this program again: an executable, or <c>dotnet</c> with the program as its first argument.
/// </summary>
internal sealed record OwnProgram(string Program, IReadOnlyList<string> Arguments)
{
    public static OwnProgram Current()
    {
        var process = Environment.ProcessPath
            ?? throw new InvalidOperationException("The system does not tell the path of the runner's program.");
        return Path.GetFileNameWithoutExtension(process) == "dotnet"
            ? new(process, [Path.GetFullPath(Environment.GetCommandLineArgs()[0])])
            : new(process, []);
    }

    /// <summary>All of argv for starting it in a mode.</summary>
    public IReadOnlyList<string> CommandLine(string mode, string label) => [Program, .. Arguments, mode, label];

    /// <summary>
    /// This process's own environment, as the program needs it to start, and what makes a managed runtime start faster
    /// and leave nothing in the temporary directory. Without the cookie of a run that may have started this runner.
    /// </summary>
    public static IReadOnlyList<string> StartEnvironment()
    {
        var variables = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        variables.Remove(RunCookie.RunVariable);
        variables.Remove(RunCookie.RunnerVariable);
        variables["DOTNET_EnableDiagnostics"] = "0";
        variables["DOTNET_EnableWriteXorExecute"] = "0";
        variables["DOTNET_TieredPGO"] = "0";
        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }
}
