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

    /// <param name="dataDirectory">Of the coordinator; null for one of its own.</param>
    /// <param name="runnerSettings">Of the runner, as its environment has them; null for none.</param>
    public static async Task<ProductSystem> LaunchAsync(string? dataDirectory = null, Dictionary<string, string>? runnerSettings = null) =>
        new(await Deployment.CreateAsync(
            coordinatorSettings: dataDirectory is null ? [] : [new("Coordinator__DataDirectory", dataDirectory)],
            runnerSettings: runnerSettings));

    /// <summary>In a directory that every user may enter.</summary>
    public async Task StartAsync(string id, string command) => _sessions[id] = await _deployment.StartAsync(command, projectDir: "/");

    /// <summary>Returns when the agent runs.</summary>
    public Task StartedAsync(string id) => _deployment.RunWhenAsync(_sessions[id].RunId, run => run.StartTime is not null);

    public async Task StopAsync(string id)
    {
        Proto.StopSessionResponse response = await _deployment.StopAsync(_sessions[id].SessionId, grace: TimeSpan.FromSeconds(10));

        // What could be sent and not be stored has not changed anything that is stored.
        bool isUnderWay = response.Status is Proto.SessionStatus.Stopping or Proto.SessionStatus.Stopped
            || response.Delivery == Proto.StopDelivery.SentNotDurable;
        if (!isUnderWay)
            throw new BenchException($"The stop of {id} was answered with {response.Status}.");
    }

    public Task EndedAsync(string id) => ProvedAsync(id);

    /// <summary>The run, once its stop is proved.</summary>
    public async Task<Proto.Run> ProvedAsync(string id)
    {
        Proto.Run run = await _deployment.EndOfAsync(_sessions[id].RunId);
        if (run is not { Status: Proto.RunStatus.Stopped, Stop.ProcessesLeft: 0 })
            throw new BenchException($"{id} was stopped, but is {run.Status} {run.Failure?.Reason}.");
        return run;
    }

    public ValueTask DisposeAsync() => _deployment.DisposeAsync();
}
