using System.Diagnostics;
using Coordinator.Contracts.Settings;

namespace Coordinator.Hosting;

/// <summary>The runner's program beside the coordinator's, and how it is started as a child.</summary>
internal sealed class LocalRunnerProgram
{
    private const string Name = "coordinator-runner";

    private readonly string _file;
    private readonly string[] _arguments;

    private LocalRunnerProgram(string file, params string[] arguments) => (_file, _arguments) = (file, arguments);

    /// <exception cref="StartException">There is no runner.</exception>
    public static LocalRunnerProgram Find(string baseDirectory)
    {
        string directory = Path.Combine(baseDirectory, "runner");
        string program = Path.Combine(directory, OperatingSystem.IsWindows() ? $"{Name}.exe" : Name);
        if (File.Exists(program))
            return new LocalRunnerProgram(program);
        string library = Path.Combine(directory, $"{Name}.dll");
        if (File.Exists(library))
            return new LocalRunnerProgram("dotnet", library);
        throw new StartException($"--dev starts the runner {program}, which is not there. Build or install the coordinator together with it.", StartException.Environment);
    }

    /// <summary>
    /// Starts the runner so that it ends with this process: it reads its standard input, which nobody but this process can
    /// write, and ends when that ends, however this process does.
    /// </summary>
    /// <param name="given">What the person has set for it: the section Runner of the coordinator's configuration.</param>
    /// <param name="coordinatorUrl">Where it connects.</param>
    /// <param name="dataDirectory">Where it keeps its data.</param>
    public Process Start(IConfiguration given, string coordinatorUrl, string dataDirectory)
    {
        ProcessStartInfo start = new(_file, _arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        RemoveSettings(start.Environment, given.GetSection("PassEnvironment").Get<string[]>() ?? []);
        foreach ((string key, string value) in SettingsOf(given, coordinatorUrl, dataDirectory))
            start.Environment[$"Runner__{key.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        start.Environment.TryAdd("DOTNET_ROOT", RuntimeRoot);
        return Process.Start(start)!;
    }

    /// <summary>
    /// Takes away what is the coordinator's alone. Agents run as the same user and can read their runner's environment, so
    /// it must have no more than they may.
    /// </summary>
    internal static void RemoveSettings(IDictionary<string, string?> environment, IReadOnlyCollection<string> passed)
    {
        foreach (string variable in environment.Keys.Where(name => !ProductSettings.MayReachAgents(name, passed)).ToArray())
            environment.Remove(variable);
    }

    private static Dictionary<string, string> SettingsOf(IConfiguration given, string coordinatorUrl, string dataDirectory)
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Name"] = "local",
            ["Executors:command:Enabled"] = "true",
        };
        foreach (var (key, value) in given.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null)
                settings[key] = value;
        }

        settings["Coordinator"] = coordinatorUrl;
        settings["DataDirectory"] = dataDirectory;
        settings["EndWithParent"] = "true";
        return settings;
    }

    /// <summary>Where the runtime of this process is installed, so that the runner finds the same one.</summary>
    private static string RuntimeRoot =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
