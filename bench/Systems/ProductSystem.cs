using System.Collections.Concurrent;
using Coordinator.Testing.Deployments;

namespace Coordinator.Bench.Systems;

/// <summary>Coordinator as it is: its coordinator, its runner, its database.</summary>
internal sealed class ProductSystem : IAgentSystem
{
    private readonly ConcurrentDictionary<string, Proto.Session> _sessions = [];
    private readonly Deployment _deployment;

    private ProductSystem(Deployment deployment) => _deployment = deployment;

    public string Name => "Coordinator";

    public static async Task<ProductSystem> LaunchAsync() => new(await Deployment.CreateAsync());

    public async Task StartAsync(string id, string command) => _sessions[id] = await _deployment.StartAsync(command);

    public async Task StopAsync(string id)
    {
        Proto.StopSessionResponse response = await _deployment.StopAsync(_sessions[id].SessionId, grace: TimeSpan.FromSeconds(10));
        if (response.Status is not (Proto.SessionStatus.Stopping or Proto.SessionStatus.Stopped))
            throw new BenchException($"The stop of {id} was answered with {response.Status}.");
    }

    public async Task EndedAsync(string id)
    {
        Proto.Run run = await _deployment.EndOfAsync(_sessions[id].RunId);
        if (run is not { Status: Proto.RunStatus.Stopped, Stop.ProcessesLeft: 0 })
            throw new BenchException($"{id} was stopped, but is {run.Status} {run.Failure?.Reason}.");
    }

    public ValueTask DisposeAsync() => _deployment.DisposeAsync();
}
