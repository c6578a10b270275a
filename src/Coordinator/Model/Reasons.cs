namespace Coordinator.Model;

/// <summary>The stable reasons of <c>google.rpc.ErrorInfo</c>. Part of the API: never renamed.</summary>
internal static class Reasons
{
    public const string SessionNotFound = "SESSION_NOT_FOUND";
    public const string RunNotFound = "RUN_NOT_FOUND";
    public const string RunnerNotFound = "RUNNER_NOT_FOUND";
    public const string SessionNotRunning = "SESSION_NOT_RUNNING";
    public const string NoActiveRun = "NO_ACTIVE_RUN";
    public const string SessionActive = "SESSION_ACTIVE";
    public const string ParentStopping = "PARENT_STOPPING";
    public const string RunnerOnline = "RUNNER_ONLINE";
    public const string RunnerActive = "RUNNER_ACTIVE";
    public const string InvalidArgument = "INVALID_ARGUMENT";
    public const string RequestIdReused = "REQUEST_ID_REUSED";
    public const string QueueFull = "QUEUE_FULL";
    public const string TooManyWatchers = "TOO_MANY_WATCHERS";
    public const string StorageFull = "STORAGE_FULL";
    public const string StorageUnavailable = "STORAGE_UNAVAILABLE";
    public const string Superseded = "SUPERSEDED";
    public const string RunnerLeft = "RUNNER_LEFT";
    public const string ShuttingDown = "SHUTTING_DOWN";
    public const string HeartbeatTimeout = "HEARTBEAT_TIMEOUT";
    public const string SlowRunner = "SLOW_RUNNER";
}
