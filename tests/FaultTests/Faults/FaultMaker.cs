using Coordinator.FaultTests.Plants;
using Coordinator.Testing.Processes;

namespace Coordinator.FaultTests.Faults;

/// <summary>Breaks one thing of a plant after the other, and makes each whole again.</summary>
internal sealed class FaultMaker(Plant plant, Random random)
{
    private readonly FaultDeck _deck = new(random);

    public async Task<Fault> MakeAsync()
    {
        Machine machine = plant.Machines[random.Next(plant.Machines.Count)];
        FaultKind kind = _deck.Next();
        await WaitAsync(0.6);
        return new Fault(kind, await MakeAsync(kind, machine));
    }

    /// <returns>What it was, in words.</returns>
    private async Task<string> MakeAsync(FaultKind kind, Machine machine)
    {
        switch (kind)
        {
            case FaultKind.CoordinatorKilled:
                await plant.KillCoordinatorAsync();
                await WaitAsync(1.5);
                await plant.StartCoordinatorAgainAsync();
                return "the coordinator was killed";
            case FaultKind.RunnerKilled:
                await machine.KillAsync();
                await WaitAsync(1.5);
                machine.StartAgain();
                return $"the runner of {machine.Name} was killed";
            case FaultKind.BothKilled:
                await Task.WhenAll(plant.KillCoordinatorAsync(), machine.KillAsync());
                await WaitAsync(1);
                machine.StartAgain();
                await plant.StartCoordinatorAgainAsync();
                return $"the coordinator and the runner of {machine.Name} were killed";
            case FaultKind.CoordinatorFrozen:
                await FreezeAsync(plant.Coordinator);
                return "the coordinator was frozen";
            case FaultKind.RunnerFrozen:
                await FreezeAsync(machine.Runner);
                return $"the runner of {machine.Name} was frozen";
            case FaultKind.ConnectionCut:
                machine.Link.Cut();
                return $"the connection of {machine.Name} was cut";
            case FaultKind.ConnectionSilent:
                machine.Link.IsStalled = true;
                await WaitAsync(4);
                machine.Link.Cut();
                machine.Link.IsStalled = false;
                return $"the connection of {machine.Name} went silent, and was cut later";
            case FaultKind.ConnectionSlow:
                machine.Link.Delay = TimeSpan.FromMilliseconds(random.Next(10, 300));
                await WaitAsync(3);
                machine.Link.Delay = TimeSpan.Zero;
                return $"the connection of {machine.Name} was slow";
            default:
                throw new InvalidOperationException($"There is no fault of kind {kind}.");
        }
    }

    private async Task FreezeAsync(ProgramProcess process)
    {
        process.Freeze();
        await WaitAsync(3);
        process.Thaw();
    }

    private Task WaitAsync(double atMostSeconds) => plant.Loops.DelayAsync(TimeSpan.FromSeconds(random.NextDouble() * atMostSeconds));
}
