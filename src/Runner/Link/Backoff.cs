namespace Coordinator.AgentRunner.Link;

/// <summary>
/// How long to wait before the next try to connect: anything between nothing and a bound that doubles with each try
/// ("full jitter"), so that ten thousand runners that lost the same coordinator do not come back in the same moment.
/// </summary>
internal sealed class Backoff(Random random)
{
    internal static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What the coordinator may ask for at most: a mistake there must not send a runner away for good.
    /// </summary>
    internal static readonly TimeSpan LongestAskedFor = TimeSpan.FromMinutes(5);

    private TimeSpan _bound = First;

    /// <param name="askedFor">What the coordinator asked for, which is waited for at least.</param>
    public TimeSpan Next(TimeSpan askedFor = default)
    {
        TimeSpan atLeast = askedFor < TimeSpan.Zero ? TimeSpan.Zero
            : askedFor > LongestAskedFor ? LongestAskedFor
            : askedFor;

        // Those who were all told the same time need to be spread as widely as that time is long.
        TimeSpan spread = _bound > atLeast / 2 ? _bound : atLeast / 2;
        _bound = _bound * 2 < Longest ? _bound * 2 : Longest;
        return atLeast + (spread * random.NextDouble());
    }

    /// <summary>
    /// The connection was good for something: a report was acknowledged, or it held for a while. A welcome is not enough: it also
    /// comes to a runner whose next report ends the connection again.
    /// </summary>
    public void Reset() => _bound = First;
}
