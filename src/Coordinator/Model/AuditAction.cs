namespace Coordinator.Model;

/// <summary>What is recorded for good.</summary>
internal enum AuditAction
{
    /// <summary>The stop of a run was accepted.</summary>
    Stop,

    /// <summary>A run that was to be stopped has ended.</summary>
    StopEnded,

    DrainRunner,

    UndrainRunner,

    RemoveRunner,

    DeleteSession,

    StartSession,

    ResumeSession,
}
