namespace Coordinator.Model;

/// <summary>What the transition function says to a status and an event.</summary>
internal readonly record struct Transition(TransitionKind Kind, RunStatus Status)
{
    /// <summary>The event does not fit the status; nothing changes.</summary>
    public static Transition Refused { get; } = new(TransitionKind.Refused, default);

    public static Transition To(RunStatus status) => new(TransitionKind.Moves, status);

    /// <summary>The event is taken in, but the status stays.</summary>
    public static Transition Stay(RunStatus status) => new(TransitionKind.Stays, status);

    public bool IsRefused => Kind == TransitionKind.Refused;
}

internal enum TransitionKind
{
    Refused,
    Stays,
    Moves,
}
