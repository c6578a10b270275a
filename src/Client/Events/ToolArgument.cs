namespace Coordinator.Client.Events;

/// <summary>A part of what a tool was given.</summary>
/// <param name="Name">Empty if the input has no parts.</param>
/// <param name="Value">Text of the agent.</param>
public sealed record ToolArgument(string Name, string Value);
