using Coordinator.Testing.Processes;

namespace Coordinator.Testing.Tools;

/// <summary>
/// The programs of the oldest version that this one works together with, as <c>.ci/former</c> builds them from the repository's
/// history. Without them the tests end as <see cref="Requirement"/> says.
/// </summary>
public static class FormerVersion
{
    /// <summary>Names the directory that <c>.ci/former</c> was given; goes before <c>artifacts/former</c>.</summary>
    public const string DirectoryVariable = "COORDINATOR_FORMER_PATH";

    public static BuiltProgram Coordinator => Find("Coordinator", "coordinator.dll");

    public static BuiltProgram Runner => Find("Runner", "coordinator-runner.dll");

    private static BuiltProgram Find(string project, string assembly)
    {
        string directory = Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } named
            ? named
            : Repository.At("artifacts", "former");
        string path = Path.Combine(directory, "src", project, "bin", "Debug", "net10.0", assembly);
        Requirement.Holds(
            File.Exists(path),
            $"There is no {path}: the programs of the oldest version are not built. Build them with `.ci/former`, or name the directory of their sources in {DirectoryVariable}.");
        return BuiltProgram.At(path);
    }
}
