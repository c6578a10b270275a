using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Tests.Execution;

/// <summary>Starts <see cref="FakeContainer"/>s.</summary>
internal sealed class FakeContainment(ManualTime time) : IContainment
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Kind => "fake";

    public AgentLaunch? Launch { get; private set; }

    public FakeContainer Container { get; } = new(time);

    /// <summary>What a start waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Whether starts wait for room.</summary>
    public bool IsFull { get; set; }

    public AgentStartException? Failure { get; set; }

    public IReadOnlyList<Survivor> Survivors { get; set; } = [];

    /// <summary>Why what is left cannot be looked at.</summary>
    public Exception? SurvivorsFailure { get; set; }

    /// <summary>A start was asked for.</summary>
    public Task Started => _started.Task;

    public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        Launch = launch;
        _started.TrySetResult();
        await Gate;
        while (IsFull)
        {
            if (launch.IsUnwanted())
                throw new OperationCanceledException("It is not wanted any more.");
            await Task.Yield();
        }

        return Failure is null ? Container : throw Failure;
    }

    /// <summary>What was asked to be ended, call by call.</summary>
    public List<IReadOnlyList<LeftRun>> Sought { get; } = [];

    public Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken)
    {
        Sought.Add(left);
        return SurvivorsFailure is { } failure
            ? Task.FromException<IReadOnlyList<Survivor>>(failure)
            : Task.FromResult(Survivors);
    }
}
