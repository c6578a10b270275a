namespace Coordinator.Model;

/// <summary>The long texts of a run, kept apart because they are seldom wanted and may be a megabyte each.</summary>
internal sealed class RunText
{
    public required string RunId { get; init; }

    public required string Prompt { get; init; }

    public string Result { get; set; } = "";
}
