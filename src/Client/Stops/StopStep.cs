namespace Coordinator.Client.Stops;

/// <summary>One station of a stop.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="Explanation">What it means, in a sentence.</param>
/// <param name="State">Whether it was reached.</param>
/// <param name="SinceRequest">How long after the request it was reached; null if it was not.</param>
public sealed record StopStep(string Name, string Explanation, StopStepState State, TimeSpan? SinceRequest);
