using System.Text;
using Coordinator.AgentRunner.Containment;
using Coordinator.Simulation.Engine;

namespace Coordinator.Simulation.Runners;

/// <summary>What one life of a runner does with the processes of its machine.</summary>
internal sealed class SimulatedContainment(World world, Life life, SimulatedMachine machine) : IContainment
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public string Kind => "simulated";

    public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(world.Simulator.Random.NextDouble() * 5), life.Time, cancellationToken);
        if (world.Simulator.Random.Next(25) == 0)
            throw new AgentStartException("The simulation wants it to fail.");
        SimulatedAgent agent = machine.Spawn(launch.RunId, life);
        await Task.Yield();
        return new Container(life, agent, launch.Output);
    }

    public async Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken)
    {
        List<SimulatedAgent> agents = [.. machine.Alive.Where(agent => !onlyThese || left.Any(one => one.RunId == agent.RunId))];
        Dictionary<SimulatedAgent, int> found = agents.ToDictionary(agent => agent, agent => agent.Alive);
        TimeSpan patience = TimeSpan.FromMilliseconds(500);
        for (TimeSpan waited = TimeSpan.Zero; agents.Any(agent => agent.Alive > 0) && waited < patience; waited += Pause)
        {
            agents.ForEach(agent => agent.Kill());
            await Task.Delay(Pause, life.Time, cancellationToken);
        }

        return [.. agents.Select(agent => Survivor.Of(agent.RunId, found[agent], agent.Alive))];
    }

    private sealed class Container : IRunContainer
    {
        private readonly Life _life;
        private readonly SimulatedAgent _agent;
        private readonly IAgentOutput _output;
        private readonly TaskCompletionSource<AgentExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _seen;
        private int _lines;

        public Container(Life life, SimulatedAgent agent, IAgentOutput output)
        {
            (_life, _agent, _output) = (life, agent, output);
            agent.Changed += Notice;
            Notice();
        }

        public int ProcessId => _agent.ProcessId;

        public ContainerTrace Trace => ContainerTrace.None;

        public Task<AgentExit> Exited => _exited.Task;

        public Task OutputDrained => _drained.Task;

        public bool HasAgentExited => _agent.HasExited;

        public IReadOnlyList<string> SeenNames { get; } = ["agent"];

        public void Interrupt() => _agent.Terminate();

        public void Terminate() => _agent.Terminate();

        public void Kill() => _agent.Kill();

        public ProcessCensus Census()
        {
            _seen = Math.Max(_seen, _agent.Seen);
            return new ProcessCensus(_agent.Alive, _seen, _agent.Alive > 0 ? $"{_agent.ProcessId} (agent)" : "");
        }

        public ValueTask DisposeAsync()
        {
            _agent.Changed -= Notice;
            return ValueTask.CompletedTask;
        }

        private void Notice() => _life.Post(_ =>
        {
            while (_lines < _agent.Lines)
                _output.Write(Proto.OutputStream.Stdout, Encoding.UTF8.GetBytes($"{++_lines}\n"));
            if (_agent.HasExited)
                _exited.TrySetResult(_agent.Exit);
            if (_agent.Alive == 0)
                _drained.TrySetResult();
        }, null);
    }
}
