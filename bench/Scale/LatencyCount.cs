namespace Coordinator.Bench.Scale;

/// <summary>Counts very many latencies, to the millisecond. Thread-safe.</summary>
internal sealed class LatencyCount
{
    private const int Longest = 60_000;

    private readonly long[] _counts = new long[Longest + 1];

    public long Total => _counts.Sum();

    public void Add(TimeSpan latency) => Interlocked.Increment(ref _counts[Math.Clamp((int)Math.Ceiling(latency.TotalMilliseconds), 0, Longest)]);

    /// <summary>Milliseconds that so many of all do not exceed; 0.99 for the 99th percentile.</summary>
    public double Percentile(double part)
    {
        long wanted = (long)Math.Ceiling(part * Total);
        long seen = 0;
        for (int milliseconds = 0; milliseconds <= Longest; milliseconds++)
        {
            seen += _counts[milliseconds];
            if (seen >= wanted && wanted > 0)
                return milliseconds;
        }

        throw new BenchException("Nothing was measured.");
    }
}
