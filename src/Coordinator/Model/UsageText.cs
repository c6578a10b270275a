using System.Globalization;

namespace Coordinator.Model;

/// <summary>Usage in words for a person, for example "$0.42 · 7 turns · 1,200 in, 34 out · 1 tool refused: Bash".</summary>
internal static class UsageText
{
    private const int MaxTools = 3;

    public static string Of(Usage usage)
    {
        ulong read = (ulong)usage.InputTokens + (ulong)usage.CacheReadTokens + (ulong)usage.CacheWriteTokens;
        List<string> parts = [];
        if (usage.CostSource != CostSource.Unknown)
            parts.Add((usage.CostSource == CostSource.Calculated ? "about " : "") + Cost(usage.CostMicros));
        if (usage.Turns > 0)
            parts.Add(Count(usage.Turns, "turn"));
        if (read > 0 || usage.OutputTokens > 0)
            parts.Add($"{Number(read)} in, {Number((ulong)usage.OutputTokens)} out");
        if (usage.Denials.Items is { Count: > 0 } denials)
            parts.Add($"{Count(denials.Count, "tool")} refused: {Names(denials)}");
        return string.Join(" · ", parts);
    }

    /// <summary>Cents; and of less than ten of them, as much as makes a difference.</summary>
    private static string Cost(long micros)
    {
        decimal dollars = micros / 1_000_000m;
        string format = micros is 0 or >= 100_000 ? "#,##0.00" : "0.00##";
        return dollars is > 0 and < 0.0001m ? "under $0.0001" : $"${dollars.ToString(format, CultureInfo.InvariantCulture)}";
    }

    private static string Names(IReadOnlyList<PermissionDenial> denials)
    {
        string[] names = [.. denials.Select(denial => denial.ToolName.Length > 0 ? denial.ToolName : "unnamed").Distinct()];
        string first = string.Join(", ", names.Take(MaxTools));
        return names.Length > MaxTools ? $"{first} and {names.Length - MaxTools} more" : first;
    }

    private static string Count(int count, string one) => $"{Number((ulong)count)} {one}{(count == 1 ? "" : "s")}";

    private static string Number(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
