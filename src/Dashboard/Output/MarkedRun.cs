namespace Coordinator.Dashboard.Output;

/// <summary>A piece of a row.</summary>
/// <param name="Text">Harmless to show.</param>
/// <param name="Style">Class names; empty for plain text.</param>
/// <param name="IsHit">Whether it is what was searched for.</param>
internal readonly record struct MarkedRun(string Text, string Style, bool IsHit);
