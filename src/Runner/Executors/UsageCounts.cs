namespace Coordinator.AgentRunner.Executors;

/// <summary>Tokens, and what they cost in millionths of a US dollar. None is ever negative.</summary>
internal readonly record struct UsageCounts(long Input, long Output, long CacheRead, long CacheWrite, long Reasoning, long CostMicros)
{
    /// <summary>No agent uses so much in earnest: a number beyond is taken for none.</summary>
    public const long MaxTokens = 1_000_000_000_000_000;

    /// <summary>A million dollars.</summary>
    public const long MaxCostMicros = 1_000_000_000_000;

    public bool HasTokens => (Input | Output | CacheRead | CacheWrite) != 0;

    public static UsageCounts Of(Proto.Usage? usage) => usage is null ? default : new(
        Math.Clamp(usage.InputTokens, 0, MaxTokens),
        Math.Clamp(usage.OutputTokens, 0, MaxTokens),
        Math.Clamp(usage.CacheReadTokens, 0, MaxTokens),
        Math.Clamp(usage.CacheWriteTokens, 0, MaxTokens),
        Math.Clamp(usage.ReasoningTokens, 0, MaxTokens),
        Math.Clamp(usage.CostMicros, 0, MaxCostMicros));

    /// <summary>Whether no kind of tokens is fewer than there.</summary>
    public bool Covers(UsageCounts other) =>
        Input >= other.Input && Output >= other.Output && CacheRead >= other.CacheRead && CacheWrite >= other.CacheWrite;

    public Proto.Usage ToProto() => new()
    {
        InputTokens = Input,
        OutputTokens = Output,
        CacheReadTokens = CacheRead,
        CacheWriteTokens = CacheWrite,
        ReasoningTokens = Reasoning,
        CostMicros = CostMicros,
    };

    public static UsageCounts operator +(UsageCounts one, UsageCounts other) => Combine(one, other, 1);

    /// <summary>What is more in one than in the other, never less than nothing.</summary>
    public static UsageCounts operator -(UsageCounts one, UsageCounts other) => Combine(one, other, -1);

    private static UsageCounts Combine(UsageCounts one, UsageCounts other, int sign)
    {
        return new(
            Add(one.Input, other.Input, MaxTokens),
            Add(one.Output, other.Output, MaxTokens),
            Add(one.CacheRead, other.CacheRead, MaxTokens),
            Add(one.CacheWrite, other.CacheWrite, MaxTokens),
            Add(one.Reasoning, other.Reasoning, MaxTokens),
            Add(one.CostMicros, other.CostMicros, MaxCostMicros));

        // Neither is ever more than the maximum, so the sum fits.
        long Add(long a, long b, long most) => Math.Clamp(a + (sign * b), 0, most);
    }
}
