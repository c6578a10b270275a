namespace Coordinator.Dashboard.Messages;

/// <summary>How an announcement is meant.</summary>
internal enum Tone
{
    Note,
    Success,
    Warning,
    Error,
}
