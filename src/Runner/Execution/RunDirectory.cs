using System.Text.Json;
using Coordinator.AgentRunner.Containment;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// What is on disk about one run: <c>run.json</c>, <c>prompt.txt</c>, <c>stdout.log</c>, <c>stderr.log</c>, and its
/// last report as <c>ended</c>, which is renamed to <c>acknowledged</c> when the coordinator has committed it. Apart
/// from the prompt, without which there is nothing to run, a disk that is full fails nothing.
/// </summary>
internal sealed partial class RunDirectory(string path, long maxLogBytes, ILogger logger)
{
    private string Manifest => Path.Combine(path, "run.json");

    private string End => Path.Combine(path, "ended");

    private string Acknowledged => Path.Combine(path, "acknowledged");

    public string RunId => Path.GetFileName(path);

    /// <summary>Whether the coordinator has committed the end of the run.</summary>
    public bool IsAcknowledged => File.Exists(Acknowledged);

    public DateTime LastChange => Directory.GetLastWriteTimeUtc(path);

    /// <summary>Begins anew, also where an older claim of the same run was.</summary>
    public void Begin(RunManifest manifest)
    {
        File.Delete(End);
        File.Delete(Acknowledged);
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
        new RawLog(Path.Combine(path, "stdout.log"), maxLogBytes, logger),
        new RawLog(Path.Combine(path, "stderr.log"), maxLogBytes, logger));

    public void WriteEnd(Proto.RunEnded end) => Try(() =>
    {
        // Written aside and renamed, so that a runner that is killed here leaves a whole report or none.
        string aside = End + ".new";
        File.WriteAllBytes(aside, end.ToByteArray());
        File.Move(aside, End, overwrite: true);
    });

    public void MarkAcknowledged() => Try(() =>
    {
        if (File.Exists(End))
            File.Move(End, Acknowledged, overwrite: true);
        else
            File.WriteAllBytes(Acknowledged, []);
    });

    public RunManifest? ReadManifest() => Read(() =>
        JsonSerializer.Deserialize(File.ReadAllBytes(Manifest), RunManifestJson.Default.RunManifest));

    public Proto.RunEnded? ReadEnd() =>
        File.Exists(End) ? Read(() => Proto.RunEnded.Parser.ParseFrom(File.ReadAllBytes(End))) : null;

    public void Delete() => Try(() => Directory.Delete(path, recursive: true));

    private T? Read<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException
                or JsonException or InvalidProtocolBufferException)
        {
            LogFailed(logger, path, failure.Message);
            return null;
        }
    }

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
