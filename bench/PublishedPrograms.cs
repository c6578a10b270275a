using System.Diagnostics;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench;

/// <summary>
/// Publishes the programs, since what people install is what is to be measured: a coordinator that is compiled ahead, its
/// pages trimmed, and a native runner.
/// </summary>
internal static class PublishedPrograms
{
    /// <exception cref="BenchException">One of them cannot be published.</exception>
    public static async Task EnsureAsync()
    {
        await EnsureAsync("Coordinator", "coordinator", BuiltProgram.CoordinatorPathVariable);
        await EnsureAsync("Runner", "coordinator-runner", BuiltProgram.RunnerPathVariable);
    }

    private static async Task EnsureAsync(string project, string program, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 })
            return;
        BenchRun.Say($"Publishing {program} …");
        string output = Repository.At("artifacts", "bench", program);
        using Process publish = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "publish", Repository.At("src", project), "--configuration", "Release", "--output", output,
                "--artifacts-path", Repository.At("artifacts", "bench", "build"), "--verbosity", "quiet", "--nologo",
            ])
        { RedirectStandardOutput = true })!;
        string said = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0)
            throw new BenchException($"{program} could not be published:\n{said}");
        Environment.SetEnvironmentVariable(variable, Path.Combine(output, OperatingSystem.IsWindows() ? $"{program}.exe" : program));
    }
}
