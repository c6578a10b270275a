using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;

namespace Coordinator.Testing.Waiting;

/// <summary>
/// Measures a promise of the product that is given in seconds. A promise holds for a machine that has a processor to keep it
/// with, so the time in which tasks had to wait for a processor does not count (Linux tells it: /proc/pressure/cpu). What is
/// left is what the product itself spends and waits for: a timeout that it runs into shows, a busy machine does not.
/// </summary>
public sealed class PromisedTime
{
    private const string Pressure = "/proc/pressure/cpu";

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly TimeSpan _waitedBefore = WaitedForProcessor();

    private PromisedTime()
    {
    }

    /// <summary>Starts to measure.</summary>
    public static PromisedTime Start() => new();

    /// <summary>Whether something keeps the processors busy at present; to be asked before whatever is to count begins.</summary>
    public static async Task<bool> IsMachineBusyAsync()
    {
        TimeSpan sample = TimeSpan.FromMilliseconds(500);
        TimeSpan before = WaitedForProcessor();
        await Task.Delay(sample, TimeProvider.System);
        return WaitedForProcessor() - before > sample / 3;
    }

    /// <summary>The time since the start, less the time in which tasks waited for a processor.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            TimeSpan waited = WaitedForProcessor() - _waitedBefore;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(_began);
            return waited < elapsed ? elapsed - waited : TimeSpan.Zero;
        }
    }

    /// <summary>Fails the test if it took longer than was promised.</summary>
    /// <param name="promised">How long it may take.</param>
    /// <param name="what">What was promised; by default the expression of the time.</param>
    public void Assert(TimeSpan promised, [CallerArgumentExpression(nameof(promised))] string what = "")
    {
        TimeSpan elapsed = Elapsed;
        TimeSpan onTheClock = Stopwatch.GetElapsedTime(_began);
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"{elapsed.TotalSeconds:0.00} s, {onTheClock.TotalSeconds:0.00} s with the time that tasks waited for a processor; promised are {promised.TotalSeconds:0.00} s ({what})");
        TestContext.Current.TestOutputHelper?.WriteLine(message);
        Xunit.Assert.True(elapsed <= promised, $"Took {message}.");
    }

    /// <summary>Since the start of the machine; zero where the system does not count it.</summary>
    private static TimeSpan WaitedForProcessor()
    {
        if (!File.Exists(Pressure))
            return TimeSpan.Zero;
        string some = File.ReadLines(Pressure).First();
        string microseconds = some[(some.LastIndexOf('=') + 1)..];
        return TimeSpan.FromMicroseconds(long.Parse(microseconds, CultureInfo.InvariantCulture));
    }
}
