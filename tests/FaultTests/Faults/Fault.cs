namespace Coordinator.FaultTests.Faults;

/// <summary>What broke, and was made whole again.</summary>
/// <param name="Text">In words, with whom it struck.</param>
internal sealed record Fault(FaultKind Kind, string Text);
