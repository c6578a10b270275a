using System.Text.Json;

namespace Coordinator.AgentRunner.Executors;

/// <summary>Reads what Claude Code says it used. A number that is missing, negative, absurd or none at all counts as 0.</summary>
internal static class ClaudeUsage
{
    private const double MicrosPerDollar = 1_000_000;

    /// <summary>The object <c>usage</c> of an answer or a result.</summary>
    public static UsageCounts OfMessage(JsonElement usage) => new(
        Tokens(usage, "input_tokens"),
        Tokens(usage, "output_tokens"),
        Tokens(usage, "cache_read_input_tokens"),
        Tokens(usage, "cache_creation_input_tokens"),
        usage.TryGetProperty("output_tokens_details", out JsonElement details) ? Tokens(details, "thinking_tokens") : 0,
        CostMicros: 0);

    /// <summary>Takes in a line of type <c>result</c>.</summary>
    public static void Finish(UsageMeter meter, JsonElement result)
    {
        UsageCounts own = result.TryGetProperty("usage", out JsonElement usage) ? OfMessage(usage) : default;
        long? cost = Cost(result, "total_cost_usd");
        UsageCounts? total = OfModels(result, "modelUsage");
        UsageCounts? delta = OfModels(result, "model_usage_since_last_result");
        int turns = (int)Math.Min(int.MaxValue, Tokens(result, "num_turns"));
        if (cost is null && total is null && delta is null && own == default && turns == 0)
            return;
        if (cost is { } micros)
            total = (total ?? default) with { CostMicros = micros };
        meter.Finished(own, total, delta, hasCost: (delta ?? total)?.CostMicros > 0, turns);
    }

    /// <summary>The sum over an object with one object per model; null if there is none.</summary>
    private static UsageCounts? OfModels(JsonElement result, string property)
    {
        if (!result.TryGetProperty(property, out JsonElement models) || models.ValueKind != JsonValueKind.Object)
            return null;
        UsageCounts sum = default;
        foreach (JsonProperty model in models.EnumerateObject())
        {
            sum += new UsageCounts(
                Tokens(model.Value, "inputTokens"),
                Tokens(model.Value, "outputTokens"),
                Tokens(model.Value, "cacheReadInputTokens"),
                Tokens(model.Value, "cacheCreationInputTokens"),
                Tokens(model.Value, "thinkingTokens"),
                Cost(model.Value, "costUSD") ?? 0);
        }

        return sum;
    }

    private static long Tokens(JsonElement element, string property) =>
        Number(element, property) is { } number and >= 0 and <= UsageCounts.MaxTokens ? (long)number : 0;

    private static long? Cost(JsonElement element, string property) =>
        Number(element, property) * MicrosPerDollar is { } micros and >= 0 and <= UsageCounts.MaxCostMicros
            ? (long)Math.Round(micros)
            : null;

    private static double? Number(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(property, out JsonElement value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out double number) ? number : null;
}
