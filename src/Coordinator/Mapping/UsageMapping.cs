using Coordinator.Model;

namespace Coordinator.Mapping;

/// <summary>Usage as the API shows it, and as runners report it.</summary>
internal static class UsageMapping
{
    /// <summary>Tokens, or millionths of a dollar: no agent uses so much in earnest.</summary>
    private const long MaxNumber = 1_000_000_000_000_000;

    private const int MaxName = 128;

    /// <summary>Null if nothing is known.</summary>
    public static Proto.Usage? ToProto(Usage usage)
    {
        if (usage == Usage.None)
            return null;
        Proto.Usage proto = new()
        {
            InputTokens = usage.InputTokens,
            OutputTokens = usage.OutputTokens,
            CacheReadTokens = usage.CacheReadTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            ReasoningTokens = usage.ReasoningTokens,
            CostMicros = usage.CostMicros,
            CostSource = ToProto(usage.CostSource),
            ModelCalls = usage.ModelCalls,
            ToolCalls = usage.ToolCalls,
            Turns = usage.Turns,
            Summary = UsageText.Of(usage),
        };
        proto.PermissionDenials.AddRange(usage.Denials.Items.Select(ToProto));
        return proto;
    }

    /// <summary>What a runner says; numbers that cannot be are taken for the nearest that can.</summary>
    public static Usage FromProto(Proto.Usage usage) => new()
    {
        InputTokens = Bound(usage.InputTokens),
        OutputTokens = Bound(usage.OutputTokens),
        CacheReadTokens = Bound(usage.CacheReadTokens),
        CacheWriteTokens = Bound(usage.CacheWriteTokens),
        ReasoningTokens = Bound(usage.ReasoningTokens),
        CostMicros = Bound(usage.CostMicros),
        CostSource = usage.CostSource switch
        {
            Proto.CostSource.Reported => CostSource.Reported,
            Proto.CostSource.Calculated => CostSource.Calculated,
            _ => CostSource.Unknown,
        },
        ModelCalls = Math.Max(0, usage.ModelCalls),
        ToolCalls = Math.Max(0, usage.ToolCalls),
        Turns = Math.Max(0, usage.Turns),
        Denials = usage.PermissionDenials.Count == 0
            ? PermissionDenials.None
            : new PermissionDenials(usage.PermissionDenials.Select(FromProto)),
    };

    private static Proto.PermissionDenial ToProto(PermissionDenial denial) =>
        new() { ToolName = denial.ToolName, ToolCallId = denial.CallId };

    private static PermissionDenial FromProto(Proto.PermissionDenial denial) =>
        new(PlainText.Line(denial.ToolName, MaxName), PlainText.Line(denial.ToolCallId, MaxName));

    private static Proto.CostSource ToProto(CostSource source) => source switch
    {
        CostSource.Unknown => Proto.CostSource.Unspecified,
        CostSource.Reported => Proto.CostSource.Reported,
        CostSource.Calculated => Proto.CostSource.Calculated,
    };

    private static long Bound(long number) => Math.Clamp(number, 0, MaxNumber);
}
