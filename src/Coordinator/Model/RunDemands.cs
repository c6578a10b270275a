namespace Coordinator.Model;

/// <summary>What a run asks of its runner; empty means anything will do.</summary>
internal sealed record RunDemands(string RunnerId, string Hostname, string[] Tags)
{
    public static RunDemands None { get; } = new("", "", []);
}
