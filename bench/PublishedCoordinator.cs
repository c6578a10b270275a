using System.Diagnostics;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench;

/// <summary>Publishes the coordinator, since what people install is what is to be measured: compiled ahead, its pages trimmed.</summary>
internal static class PublishedCoordinator
{
    /// <exception cref="BenchException">It cannot be published.</exception>
    public static async Task EnsureAsync()
    {
        if (Environment.GetEnvironmentVariable(BuiltProgram.CoordinatorPathVariable) is { Length: > 0 })
            return;
        BenchRun.Say("Publishing the coordinator …");
        string output = Repository.At("artifacts", "bench", "coordinator");
        using Process publish = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "publish", Repository.At("src", "Coordinator"), "--configuration", "Release", "--output", output,
                "--artifacts-path", Repository.At("artifacts", "bench", "build"), "--verbosity", "quiet", "--nologo",
            ])
        { RedirectStandardOutput = true })!;
        string said = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0)
            throw new BenchException($"The coordinator could not be published:\n{said}");
        Environment.SetEnvironmentVariable(
            BuiltProgram.CoordinatorPathVariable, Path.Combine(output, OperatingSystem.IsWindows() ? "coordinator.exe" : "coordinator"));
    }
}
