namespace Coordinator.Client.Connection;

/// <summary>
/// How long to wait before the next attempt: anything up to a bound that doubles ("full jitter"), so that a thousand clients
/// do not come back at the same instant. The first attempt after a loss comes almost at once.
/// </summary>
public static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <param name="failures">Failures in a row, at least 1.</param>
    /// <param name="random">Between 0 and 1.</param>
    public static TimeSpan Delay(int failures, double random)
    {
        TimeSpan bound = First * Math.Pow(2, Math.Min(failures, 10) - 1);
        return (bound < Longest ? bound : Longest) * random;
    }
}
