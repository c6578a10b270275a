using System.Text.Json.Serialization;

namespace Coordinator.AgentRunner.RunFiles;

/// <summary>
/// <c>run.json</c>: what a run was asked to do, as far as it is no secret, and how it ended. For people; the runner does
/// not read it. Immutable.
/// </summary>
internal sealed record RunManifest
{
    public required string RunId { get; init; }

    public required long Epoch { get; init; }

    public required string SessionId { get; init; }

    public required string Executor { get; init; }

    public required string ProjectDirectory { get; init; }

    public required string AgentName { get; init; }

    public required string ExecutorSessionId { get; init; }

    public required DateTimeOffset AcceptedTime { get; init; }

    /// <summary>The three are empty while it runs.</summary>
    public DateTimeOffset? EndedTime { get; init; }

    public string? Outcome { get; init; }

    public string? Error { get; init; }

    public static RunManifest Of(Proto.StartRun command, DateTimeOffset acceptedTime) => new()
    {
        RunId = command.RunId,
        Epoch = command.Epoch,
        SessionId = command.SessionId,
        Executor = command.Executor,
        ProjectDirectory = command.ProjectDir,
        AgentName = command.AgentName,
        ExecutorSessionId = command.ExecutorSessionId,
        AcceptedTime = acceptedTime,
    };
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunManifest))]
internal sealed partial class RunManifestJson : JsonSerializerContext;
