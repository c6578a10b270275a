using Coordinator.Simulation.Checks;
using Coordinator.Simulation.Coordinators;
using Coordinator.Simulation.Engine;
using Coordinator.Simulation.Operators;
using Coordinator.Simulation.Runners;

namespace Coordinator.Simulation;

/// <summary>One history: a coordinator, runners, operators and watchers, whom everything happens to that can happen.</summary>
internal sealed class World
{
    private readonly List<Watcher> _watchers = [];
    private readonly Troubles _troubles;
    private readonly Operator _operator;

    public World(int seed, Settings settings, SimulatedDatabase database, string directory, bool tellsStory = false)
    {
        (Settings, Database) = (settings, database);
        Simulator = new Simulator(seed);
        Story = new Story(Simulator, tellsStory);
        Life = new Life(Simulator, "world");
        Checks = new Invariants(this);
        Coordinator = new CoordinatorNode(this);
        Runners = [.. Enumerable.Range(1, settings.Runners).Select(n => new RunnerNode(this, n, Path.Combine(directory, $"{n}")))];
        _troubles = new Troubles(this);
        _operator = new Operator(this);
        for (int i = 1; i <= settings.Watchers; i++)
            _watchers.Add(new Watcher(this, $"watcher {i}"));
    }

    public Settings Settings { get; }

    public Simulator Simulator { get; }

    public Story Story { get; }

    /// <summary>The network, the machines, the people: nothing that crashes.</summary>
    public Life Life { get; }

    public SimulatedDatabase Database { get; }

    public CoordinatorNode Coordinator { get; }

    public IReadOnlyList<RunnerNode> Runners { get; }

    public Invariants Checks { get; }

    public bool IsTroubled => Simulator.Elapsed < Settings.Trouble;

    /// <summary>Plays the history to its end.</summary>
    /// <returns>What was violated; null if nothing was.</returns>
    public string? Play()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        Database.Committing = _troubles.BeforeCommit;
        Database.Committed = () =>
        {
            Checks.Committed();
            _troubles.AfterCommit();
        };
        try
        {
            Coordinator.Start();
            foreach (RunnerNode runner in Runners)
                runner.Start();
            foreach (Watcher watcher in _watchers)
                watcher.Start();
            _operator.Start();
            _troubles.Start();
            PlayUntil(Settings.Trouble);
            _troubles.End();
            PlayUntil(Settings.Trouble + Settings.Peace, () => Checks.IsAtRest);
            IReadOnlyList<string> unfinished = Checks.Unfinished(_watchers);
            if (unfinished.Count > 0)
                PlayUntil(Simulator.Elapsed + Invariants.QuietFor);
            Checks.AtTheEnd(_watchers, unfinished);
            return Problem;
        }
        finally
        {
            Simulator.End();
            Database.Committing = Database.Committed = null;
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private string? Problem => Simulator.Defect ?? Checks.Violation;

    private void PlayUntil(TimeSpan limit, Func<bool>? isOver = null)
    {
        while (Problem is null && isOver?.Invoke() != true && Simulator.Step(limit))
            Checks.AfterStep();
    }
}
