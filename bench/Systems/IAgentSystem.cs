namespace Coordinator.Bench.Systems;

/// <summary>Something that starts and stops agents on demand.</summary>
internal interface IAgentSystem : IAsyncDisposable
{
    string Name { get; }

    /// <param name="id">Chosen by the caller.</param>
    /// <param name="command">For the shell.</param>
    Task StartAsync(string id, string command);

    Task StopAsync(string id);

    /// <summary>Returns when the system itself says that the stopped agent is gone, and fails if it says anything else.</summary>
    Task EndedAsync(string id);
}
