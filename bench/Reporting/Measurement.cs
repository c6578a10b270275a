namespace Coordinator.Bench.Reporting;

/// <summary>One number that was measured, and the bar it is held against.</summary>
/// <param name="Name">The scenario and the number, as in <c>dashboard.first-row</c>.</param>
/// <param name="Words">What it is, for people.</param>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Bar">The value, or the ratio where there is a floor, that must not be exceeded.</param>
/// <param name="Floor">What the bare machine reaches in the same run; null where the bar is an amount of its own.</param>
internal sealed record Measurement(string Name, string Words, double Value, string Unit, double Bar, double? Floor = null)
{
    /// <summary>How it was measured, where that needs saying: how often, how much.</summary>
    public string Note { get; init; } = "";

    /// <summary>The bar must be reached instead.</summary>
    public bool IsAtLeast { get; init; }

    public double? Ratio => Value / Floor;

    public bool IsMet => IsAtLeast ? (Ratio ?? Value) >= Bar : (Ratio ?? Value) <= Bar;
}
