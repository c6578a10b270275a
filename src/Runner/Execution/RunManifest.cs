using System.Text.Json.Serialization;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// <c>run.json</c>: what a run was asked to do, as far as it is no secret. It is what a restarted runner knows of the
/// runs of its earlier life.
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
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunManifest))]
internal sealed partial class RunManifestJson : JsonSerializerContext;
