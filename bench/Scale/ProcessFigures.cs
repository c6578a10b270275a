using System.Globalization;

namespace Coordinator.Bench.Scale;

/// <summary>What the system says about a process. Linux only.</summary>
internal static class ProcessFigures
{
    /// <summary>Of the kernel, as every Linux on the machines of today has it.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Memory in use, in bytes.</summary>
    public static double Memory(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1_024;
    }

    /// <summary>
    /// The least memory in use, in bytes, until something is over: what comes and goes between two collections of memory does
    /// not count.
    /// </summary>
    public static async Task<double> LowestMemoryAsync(int process, Task during)
    {
        double lowest = Memory(process);
        while (await Task.WhenAny(during, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System)) != during)
            lowest = Math.Min(lowest, Memory(process));
        await during;
        return lowest;
    }

    /// <summary>Processor time so far, in seconds.</summary>
    public static double Processor(int process)
    {
        string[] fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
