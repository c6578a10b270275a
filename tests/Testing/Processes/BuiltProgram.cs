using System.Reflection;
using System.Runtime.InteropServices;

namespace Coordinator.Testing.Processes;

/// <summary>Where a program of the product is and how it is started.</summary>
/// <param name="File">The file to execute.</param>
/// <param name="Arguments">What comes before the program's own arguments.</param>
public sealed record BuiltProgram(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>Goes before what was built; for example a published program of another kind.</summary>
    public const string CoordinatorPathVariable = "COORDINATOR_PATH";

    /// <summary>Goes before what was built; for example the runner published as native code.</summary>
    public const string RunnerPathVariable = "COORDINATOR_RUNNER_PATH";

    public static BuiltProgram Coordinator => Find("coordinator", CoordinatorPathVariable);

    public static BuiltProgram Runner => Find("coordinator-runner", RunnerPathVariable);

    /// <summary>The installation of the runtime that runs the tests; a program's own launcher looks there.</summary>
    internal static string RuntimeDirectory { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <param name="path">The program's file, or the assembly of one that was built from its sources.</param>
    internal static BuiltProgram At(string path)
    {
        if (Path.GetExtension(path) != ".dll")
            return new(path, []);

        var launcher = OperatingSystem.IsWindows() ? Path.ChangeExtension(path, ".exe") : path[..^".dll".Length];
        return System.IO.File.Exists(launcher)
            ? new(launcher, [])
            : new(Path.Combine(RuntimeDirectory, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), [path]);
    }

    private static BuiltProgram Find(string name, string variable)
    {
        var path = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named ? named : WhereBuilt(name);
        return System.IO.File.Exists(path)
            ? At(path)
            : throw new FileNotFoundException($"There is no {path}. Build it, or name another program in {variable}.", path);
    }

    private static string WhereBuilt(string name)
    {
        var relative = Assembly.GetEntryAssembly()?
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == $"Program:{name}")?.Value
            ?? throw new InvalidOperationException(
                $"The test project does not say where {name} is. Import tests/Testing/Processes/BuiltPrograms.targets in it.");
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, relative));
    }
}
