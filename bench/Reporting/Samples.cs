using System.Globalization;

namespace Coordinator.Bench.Reporting;

/// <summary>What many values say together.</summary>
internal static class Samples
{
    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    /// <summary>The smallest value that so many of all do not exceed; 0.99 for the 99th percentile.</summary>
    public static double Percentile(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? throw new BenchException("Nothing was measured.")
            : sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public static string Range(IReadOnlyCollection<double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"median of {values.Count}, {values.Min():0.00} to {values.Max():0.00}");
}
