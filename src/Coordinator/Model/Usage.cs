namespace Coordinator.Model;

/// <summary>What an agent used, as it says itself. No number is ever negative; sums stop at the largest number there is.</summary>
internal sealed record Usage
{
    public static Usage None { get; } = new();

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    public long ReasoningTokens { get; init; }

    /// <summary>Millionths of a US dollar.</summary>
    public long CostMicros { get; init; }

    public CostSource CostSource { get; init; }

    public int ModelCalls { get; init; }

    public int ToolCalls { get; init; }

    public int Turns { get; init; }

    public PermissionDenials Denials { get; init; } = PermissionDenials.None;

    public static Usage operator +(Usage one, Usage other) => new()
    {
        InputTokens = Sum(one.InputTokens, other.InputTokens),
        OutputTokens = Sum(one.OutputTokens, other.OutputTokens),
        CacheReadTokens = Sum(one.CacheReadTokens, other.CacheReadTokens),
        CacheWriteTokens = Sum(one.CacheWriteTokens, other.CacheWriteTokens),
        ReasoningTokens = Sum(one.ReasoningTokens, other.ReasoningTokens),
        CostMicros = Sum(one.CostMicros, other.CostMicros),
        // A sum with something calculated in it is no longer what the agent reported.
        CostSource = (CostSource)Math.Max((int)one.CostSource, (int)other.CostSource),
        ModelCalls = (int)Math.Min(int.MaxValue, (long)one.ModelCalls + other.ModelCalls),
        ToolCalls = (int)Math.Min(int.MaxValue, (long)one.ToolCalls + other.ToolCalls),
        Turns = (int)Math.Min(int.MaxValue, (long)one.Turns + other.Turns),
        Denials = one.Denials.Then(other.Denials),
    };

    private static long Sum(long one, long other) => one > long.MaxValue - other ? long.MaxValue : one + other;
}

/// <summary>Where a cost comes from.</summary>
internal enum CostSource
{
    Unknown,
    Reported,
    Calculated,
}
