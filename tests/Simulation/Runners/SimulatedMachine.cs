using Coordinator.AgentRunner.Containment;
using Coordinator.Simulation.Engine;

namespace Coordinator.Simulation.Runners;

/// <summary>A runner's machine with the processes of its runs, which outlive the runner's program.</summary>
internal sealed class SimulatedMachine(World world, string name)
{
    private readonly List<SimulatedAgent> _agents = [];

    public string Name => name;

    public SimulatedDisk Disk { get; } = new(world);

    /// <summary>Counts its starts.</summary>
    public int Boot { get; private set; } = 1;

    public IEnumerable<SimulatedAgent> Alive => _agents.Where(a => a.Alive > 0);

    public SimulatedAgent Spawn(string runId, Life by)
    {
        SimulatedAgent agent = new(world, this, runId);
        _agents.Add(agent);
        world.Checks.Spawned(agent, by);
        return agent;
    }

    /// <summary>The power fails.</summary>
    public void Crash()
    {
        Boot++;
        Disk.LosePower();
        foreach (SimulatedAgent agent in Alive.ToList())
            agent.Vanish();
    }
}

/// <summary>
/// The processes of one run: the agent itself, and children that may outlive it. They end when they like, heed SIGTERM,
/// are slow to, or ignore it; SIGKILL takes a moment. The agent writes numbered lines.
/// </summary>
internal sealed class SimulatedAgent
{
    private static int s_processIds;

    private readonly World _world;
    private readonly SimulatedMachine _machine;
    private readonly Life _life;
    private readonly TimeSpan? _heedsAfter;
    private bool _terminating;
    private bool _killing;

    public SimulatedAgent(World world, SimulatedMachine machine, string runId)
    {
        (_world, _machine, RunId) = (world, machine, runId);
        _life = new Life(world.Simulator, $"agent of {runId}");
        Random random = world.Simulator.Random;
        Children = random.Next(3);
        int kind = random.Next(10);
        // Ends by itself soon, later, or never; heeds SIGTERM at once, slowly, or not at all.
        TimeSpan? ends = kind switch { < 3 => Seconds(random.NextDouble() * 0.05), < 7 => Seconds(random.NextDouble() * 8), _ => null };
        _heedsAfter = random.Next(4) switch { 0 => null, 1 => Seconds(random.NextDouble() * 3), _ => Seconds(random.NextDouble() * 0.01) };
        ExitCode = random.Next(3) == 0 ? 1 : 0;
        if (ends is { } after)
            After(after, ExitByItself);
        for (int i = random.Next(6); i > 0; i--)
            After(Seconds(random.NextDouble() * 2), Write);
    }

    public string RunId { get; }

    public string Machine => _machine.Name;

    public int ProcessId { get; } = Interlocked.Increment(ref s_processIds);

    public int Children { get; private set; }

    /// <summary>How many lines it wrote; each is its number.</summary>
    public int Lines { get; private set; } = 1;

    public bool HasExited { get; private set; }

    public AgentExit Exit { get; private set; } = AgentExit.Unknown;

    /// <summary>Whether it ended before anybody sent it a signal.</summary>
    public bool EndedByItself { get; private set; }

    public bool WasSignalled { get; private set; }

    public int ExitCode { get; }

    public int Alive => (HasExited ? 0 : 1) + Children;

    public int Seen => 1 + Children;

    public event Action? Changed;

    public void Terminate()
    {
        if (Alive == 0)
            return;
        WasSignalled = true;
        if (_terminating)
            return;
        _terminating = true;
        if (_heedsAfter is { } after)
            After(after, () => End("SIGTERM"));
    }

    public void Kill()
    {
        if (Alive == 0)
            return;
        WasSignalled = true;
        if (_killing)
            return;
        _killing = true;
        // Sometimes it hangs in the kernel for a while.
        After(Seconds(_world.Simulator.Random.Next(30) == 0 ? 2 : 0.002 * _world.Simulator.Random.NextDouble()), () => End("SIGKILL"));
    }

    public void Vanish()
    {
        (HasExited, Children) = (true, 0);
        Changed?.Invoke();
    }

    private void Write()
    {
        if (HasExited)
            return;
        Lines++;
        Changed?.Invoke();
    }

    private void ExitByItself()
    {
        if (HasExited)
            return;
        EndedByItself = !WasSignalled;
        (HasExited, Exit) = (true, new AgentExit(ExitCode, null));
        _world.Story.Tell(Machine, $"the agent of {RunId} exits with code {ExitCode}, {Children} children stay");
        Changed?.Invoke();
    }

    private void End(string signal)
    {
        if (Alive == 0)
            return;
        if (!HasExited)
            (HasExited, Exit) = (true, new AgentExit(null, signal));
        Children = 0;
        _world.Story.Tell(Machine, $"everything of {RunId} is ended by {signal}");
        Changed?.Invoke();
    }

    private void After(TimeSpan delay, Action act) => _life.Time.CreateTimer(_ => act(), null, delay, Timeout.InfiniteTimeSpan);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
