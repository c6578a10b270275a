namespace Coordinator.Client.Stops;

/// <summary>Whether a station of a stop was reached.</summary>
public enum StopStepState
{
    Done,

    /// <summary>The stop is on its way to it.</summary>
    Current,

    /// <summary>It may come.</summary>
    Ahead,

    /// <summary>It was not needed and will not come.</summary>
    Skipped,
}
