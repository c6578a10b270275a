namespace Coordinator.Bench.Fleet;

/// <summary>A session whose newest run is on a played runner.</summary>
internal sealed record PlayedSession(string SessionId, PlayedRunner Runner, PlayedRun Run)
{
    public ValueTask EndAsync() => Runner.EndAsync(Run);
}
