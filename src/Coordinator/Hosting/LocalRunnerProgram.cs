using System.Diagnostics;

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
    public Process Start(string coordinatorUrl, string dataDirectory)
    {
        ProcessStartInfo start = new(_file, _arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["Runner__Coordinator"] = coordinatorUrl;
        start.Environment["Runner__DataDirectory"] = dataDirectory;
        start.Environment["Runner__EndWithParent"] = "true";
        start.Environment.TryAdd("Runner__Name", "local");
        start.Environment.TryAdd("Runner__Executors__command__Enabled", "true");
        start.Environment.TryAdd("DOTNET_ROOT", RuntimeRoot);
        return Process.Start(start)!;
    }

    /// <summary>Where the runtime of this process is installed, so that the runner finds the same one.</summary>
    private static string RuntimeRoot =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
