namespace Coordinator.Testing.Processes;

/// <summary>How a <see cref="CoordinatorProcess"/> is started.</summary>
public sealed record CoordinatorSettings
{
    /// <summary>An existing directory; the data is below it.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Where the dashboard and gRPC-Web are; port 0 is any free one.</summary>
    public string WebUrl { get; init; } = "http://127.0.0.1:0";

    /// <summary>Where runners and gRPC tools are; port 0 is any free one.</summary>
    public string GrpcUrl { get; init; } = "http://127.0.0.1:0";

    /// <summary>More configuration, as in <c>Coordinator__RunnerLostAfter</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What to start: this coordinator, or one of another version.</summary>
    public BuiltProgram Program { get; init; } = BuiltProgram.Coordinator;

    public IReadOnlyList<string> Arguments { get; init; } = [];
}
