namespace Coordinator.Model;

/// <summary>A session with its newest run, for reading.</summary>
internal sealed class SessionView
{
    public required Session Session { get; init; }

    /// <summary>Null only for a session that never had a run.</summary>
    public required Run? Run { get; init; }
}
