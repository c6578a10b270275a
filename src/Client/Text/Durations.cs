using System.Globalization;

namespace Coordinator.Client.Text;

/// <summary>Spans of time in words, as exact as a person wants them: two units at most.</summary>
public static class Durations
{
    /// <summary>For example "84 ms", "0.84 s", "42 s", "12 m 08 s", "3 h 05 m", "2 d 04 h".</summary>
    public static string InWords(TimeSpan span)
    {
        span = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        // Always what has passed in full, so that no unit shows a value it cannot have.
        return span.TotalMilliseconds switch
        {
            < 100 => $"{(int)span.TotalMilliseconds} ms",
            < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalMilliseconds / 10) / 100:0.00} s"),
            < 60_000 => $"{(int)span.TotalSeconds} s",
            < 3_600_000 => $"{span.Minutes} m {span.Seconds:00} s",
            < 86_400_000 => $"{span.Hours} h {span.Minutes:00} m",
            _ => $"{(int)span.TotalDays} d {span.Hours:00} h",
        };
    }

    /// <summary>For what is measured, in milliseconds or seconds, for example "0.3 ms", "45 ms", "1.84 s"; "0 ms" for less than nothing.</summary>
    public static string Exactly(TimeSpan span) => span.TotalMilliseconds switch
    {
        < 0.05 => "0 ms",
        < 10 => $"{span.TotalMilliseconds:0.0} ms",
        < 1000 => $"{span.TotalMilliseconds:0} ms",
        _ => $"{span.TotalSeconds:0.00} s",
    };
}
