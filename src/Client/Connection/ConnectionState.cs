namespace Coordinator.Client.Connection;

/// <summary>The state of one stream, as people are shown it.</summary>
/// <param name="Phase">Whether it is live.</param>
/// <param name="LostTime">When the stream that is being replaced was lost, or first failed; null while live.</param>
/// <param name="RetryTime">When the next attempt comes; null while one is on its way.</param>
public sealed record ConnectionState(ConnectionPhase Phase, DateTimeOffset? LostTime = null, DateTimeOffset? RetryTime = null)
{
    /// <summary>After so many failures in a row it is no longer just reconnecting.</summary>
    private const int FailuresUntilOffline = 3;

    public static ConnectionState Connecting { get; } = new(ConnectionPhase.Connecting);

    public static ConnectionState Live { get; } = new(ConnectionPhase.Live);

    public bool IsLive => Phase == ConnectionPhase.Live;

    /// <summary>The stream has failed or ended.</summary>
    /// <param name="failures">How often in a row, at least 1.</param>
    /// <param name="now">The time.</param>
    /// <param name="delay">How long until the next attempt.</param>
    public ConnectionState Failed(int failures, DateTimeOffset now, TimeSpan delay) => new(
        failures < FailuresUntilOffline ? ConnectionPhase.Reconnecting : ConnectionPhase.Offline, LostTime ?? now, now + delay);

    /// <summary>The next attempt begins.</summary>
    public ConnectionState Trying() => this with { RetryTime = null };
}
