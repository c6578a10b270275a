using System.Text.Json;
using Coordinator.AgentRunner.Containment;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.RunFiles;

/// <summary>
/// What is on disk for people about one run: <c>run.json</c>, <c>prompt.txt</c>, <c>stdout.log</c> and
/// <c>stderr.log</c>; and, while output waits for the coordinator, <c>spill</c>. What the runner itself must not forget
/// is in its journal. Apart from the prompt, without which there is nothing to run, a disk that is full fails nothing.
/// </summary>
internal sealed partial class RunDirectory(string path, RunDirectoryLimits limits, ILogger logger)
{
    private string Manifest => Path.Combine(path, "run.json");

    private string Spill => Path.Combine(path, "spill");

    public string RunId => Path.GetFileName(path);

    /// <summary>When the run began or, once it is over, when it ended.</summary>
    public DateTime LastChange => File.Exists(Manifest)
        ? File.GetLastWriteTimeUtc(Manifest)
        : Directory.GetLastWriteTimeUtc(path);

    public void Write(RunManifest manifest)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(manifest, RunManifestJson.Default.RunManifest);
        Try(() => File.WriteAllBytes(Manifest, json));
    }

    /// <summary>Writes the prompt where only the runner's user can read it, and returns the path.</summary>
    /// <exception cref="AgentStartException">It could not be written.</exception>
    public string WritePrompt(string prompt)
    {
        string file = Path.Combine(path, "prompt.txt");
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using StreamWriter writer = new(file, options);
            writer.Write(prompt);
            return file;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException(
                $"The prompt could not be written to {file}: {failure.Message} " +
                "Make room on the runner's disk and try again.",
                failure);
        }
    }

    public OutputLogs OpenLogs() => new(
        new RawLog(Path.Combine(path, "stdout.log"), limits.MaxLogBytes, logger),
        new RawLog(Path.Combine(path, "stderr.log"), limits.MaxLogBytes, logger));

    public OutputSpill OpenSpill() => new(Spill, limits.MaxSpillBytes, logger);

    /// <summary>Removes what a runner that was killed left of it.</summary>
    public void DeleteSpill() => Try(() => File.Delete(Spill));

    public void Delete() => Try(() => Directory.Delete(path, recursive: true));

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, path, failure.Message);
        }
    }

    [LoggerMessage(51, LogLevel.Warning, "Run directory {Path}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
