using Coordinator.FaultTests.Background;
using Coordinator.FaultTests.Network;
using Coordinator.Testing.Processes;

namespace Coordinator.FaultTests.Plants;

/// <summary>A machine with a runner on it, which may be killed and started again, and the way from there to the coordinator.</summary>
internal sealed class Machine : IAsyncDisposable
{
    private readonly List<RunnerProcess> _dead = [];

    public Machine(string name, string directory, Loops loops, Func<Uri> coordinator, IReadOnlyDictionary<string, string> settings)
    {
        Link = new FaultyLink(loops, name, coordinator);
        Runner = RunnerProcess.Start(new RunnerSettings
        {
            WorkingDirectory = directory,
            Coordinator = Link.Address,
            Name = name,
            Environment = settings,
        });
    }

    public string Name => Runner.Settings.Name;

    public FaultyLink Link { get; }

    public RunnerProcess Runner { get; private set; }

    public Task KillAsync() => Runner.KillAsync();

    public void StartAgain()
    {
        _dead.Add(Runner);
        Runner = RunnerProcess.Start(Runner.Settings);
    }

    public async ValueTask DisposeAsync()
    {
        await Runner.DisposeAsync();
        // What a dead one had left is known to it alone.
        foreach (RunnerProcess dead in _dead)
            await dead.DisposeAsync();
        Link.Dispose();
    }
}
