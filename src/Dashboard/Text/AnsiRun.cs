namespace Coordinator.Dashboard.Text;

/// <summary>A piece of a line that looks the same throughout.</summary>
/// <param name="Text">Harmless to show.</param>
/// <param name="Style">Class names; empty for plain text.</param>
internal readonly record struct AnsiRun(string Text, string Style);
