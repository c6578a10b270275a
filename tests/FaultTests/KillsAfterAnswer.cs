using Coordinator.FaultTests.Plants;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.FaultTests;

/// <summary>Who is killed.</summary>
internal enum Victims
{
    Coordinator,
    Runner,
    Both,
}

/// <param name="Stopped">How many ended as <c>STOPPED</c>; the others failed because their runner restarted.</param>
internal sealed record KillReport(Victims Victims, int Kills, int Stopped, IReadOnlyList<string> Problems)
{
    public override string ToString() =>
        $"{Victims}: {Kills} kills right after the answer, {Kills - Problems.Count} runs ended without anybody asking again, {Stopped} of them STOPPED."
        + string.Concat(Problems.Select(p => $"\n{p}"));
}

/// <summary>A stop is answered, and at once somebody is killed: it must be carried out all the same.</summary>
internal static class KillsAfterAnswer
{
    public static async Task<KillReport> RunAsync(Victims victims, int kills)
    {
        List<string> problems = [];
        int stopped = 0;
        await using Plant plant = await Plant.StartAsync(machines: 1);
        Machine machine = plant.Machines[0];
        for (int i = 0; i < kills; i++)
        {
            await plant.Coordinator.WaitForRunnerAsync(machine.Name);
            Proto.Session session = (await plant.AskAsync(c => c.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = AgentScript.Patient(plant.Marks) }))).Session;
            await Eventually.Get(() => plant.RunAsync(session.RunId), r => r.Status == Proto.RunStatus.Running);
            await plant.Coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId, GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)) });
            await KillAsync(plant, machine, victims);

            Proto.Run run = await Eventually.Get(() => plant.RunAsync(session.RunId), r => r.EndTime is not null, TimeSpan.FromSeconds(30));
            bool isRight = run.Status == Proto.RunStatus.Stopped
                || (victims != Victims.Coordinator && run is { Status: Proto.RunStatus.Failed, Failure.Reason: "RUNNER_RESTARTED" });
            stopped += run.Status == Proto.RunStatus.Stopped ? 1 : 0;
            if (!isRight)
                problems.Add($"Run {run.RunId} ended as {run.Status} {run.Failure?.Reason}.");
            else if (ProcessTable.OfRun(run.RunId) is { Count: > 0 } left)
                problems.Add($"Run {run.RunId} is {run.Status}, but {left.Count} of its processes are alive.");
        }

        return new KillReport(victims, kills, stopped, problems);
    }

    private static async Task KillAsync(Plant plant, Machine machine, Victims victims)
    {
        await Task.WhenAll(
            victims == Victims.Runner ? Task.CompletedTask : plant.KillCoordinatorAsync(),
            victims == Victims.Coordinator ? Task.CompletedTask : machine.KillAsync());
        if (victims != Victims.Coordinator)
            machine.StartAgain();
        if (victims != Victims.Runner)
            await plant.StartCoordinatorAgainAsync();
    }
}
