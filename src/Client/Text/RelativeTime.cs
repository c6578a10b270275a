using System.Globalization;

namespace Coordinator.Client.Text;

/// <summary>Points in time as people speak of them.</summary>
public static class RelativeTime
{
    /// <summary>The clocks of two machines, or of a browser and a server, rarely agree better.</summary>
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(5);

    /// <summary>For example "just now", "42 s ago", "3 min ago", "5 h ago", "2 d ago", "in 3 min", "12 Mar 2026".</summary>
    public static string InWords(DateTimeOffset now, DateTimeOffset then)
    {
        TimeSpan age = now - then;
        if (age.Duration() < Now)
            return "just now";
        if (age.Duration() >= TimeSpan.FromDays(30))
            return then.ToString("d MMM yyyy", CultureInfo.InvariantCulture);
        string words = age.Duration() switch
        {
            { TotalSeconds: < 60 } span => $"{(int)span.TotalSeconds} s",
            { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min",
            { TotalHours: < 24 } span => $"{(int)span.TotalHours} h",
            var span => $"{(int)span.TotalDays} d",
        };
        return age > TimeSpan.Zero ? $"{words} ago" : $"in {words}";
    }

    /// <summary>Both clocks a reader may compare with, for example "2026-11-22 22:34:58 UTC (23:34:58 here)".</summary>
    public static string Exactly(DateTimeOffset then, TimeZoneInfo zone)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(then, zone);
        string utc = then.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string day = local.Date == then.UtcDateTime.Date ? "" : local.ToString("yyyy-MM-dd ", CultureInfo.InvariantCulture);
        return local.Offset == TimeSpan.Zero ? $"{utc} UTC" : string.Create(CultureInfo.InvariantCulture, $"{utc} UTC ({day}{local:HH:mm:ss} here)");
    }
}
