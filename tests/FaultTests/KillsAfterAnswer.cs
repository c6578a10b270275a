using System.Diagnostics;
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
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);
    private static readonly Duration Grace = Duration.FromTimeSpan(TimeSpan.FromSeconds(2));

    /// <param name="victims">Who is killed.</param>
    /// <param name="kills">How often.</param>
    /// <param name="say">Is told each kill in a line, as soon as its run has ended.</param>
    public static async Task<KillReport> RunAsync(Victims victims, int kills, Action<string> say)
    {
        List<string> problems = [];
        int stopped = 0;
        await using Plant plant = await Plant.StartAsync(machines: 1);
        Machine machine = plant.Machines[0];
        for (int kill = 1; kill <= kills; kill++)
        {
            Stopwatch time = Stopwatch.StartNew();
            Proto.Session session = await StartAsync(plant, machine);
            Proto.StopSessionRequest stop = new() { SessionId = session.SessionId, GracePeriod = Grace };
            Proto.StopSessionResponse answer = await plant.Coordinator.Sessions.StopSessionAsync(stop).ResponseAsync.WithTimeout();
            await KillAsync(plant, machine, victims);

            Proto.Run run = await Eventually.Get(() => plant.RunAsync(session.RunId), r => r.EndTime is not null, EndsWithin);
            bool isStopped = run.Status == Proto.RunStatus.Stopped;
            stopped += isStopped ? 1 : 0;
            bool isOfRunnersDeath = victims != Victims.Coordinator
                && run is { Status: Proto.RunStatus.Failed, Failure.Reason: "RUNNER_RESTARTED" };
            if (!isStopped && !isOfRunnersDeath)
                problems.Add($"Run {run.RunId} ended as {run.Status} {run.Failure?.Reason}.");
            else if (ProcessTable.OfRun(run.RunId) is { Count: > 0 } left)
                problems.Add($"Run {run.RunId} is {run.Status}, but {left.Count} of its processes are alive.");
            say($"{kill,4}  {victims}: the stop of {run.RunId} was answered ({answer.Delivery}), then the kill; "
                + $"it ended as {run.Status} {run.Failure?.Reason} {run.Stop?.Outcome}; {time.Elapsed.TotalSeconds:0.0} s");
        }

        return new KillReport(victims, kills, stopped, problems);
    }

    private static async Task<Proto.Session> StartAsync(Plant plant, Machine machine)
    {
        await plant.Coordinator.WaitForRunnerAsync(machine.Name);
        Proto.StartSessionRequest request = new() { Executor = "command", Prompt = AgentScript.Patient(plant.Marks) };
        Proto.Session session = (await plant.AskAsync(c => c.Sessions.StartSessionAsync(request))).Session;
        await Eventually.Get(() => plant.RunAsync(session.RunId), r => r.Status == Proto.RunStatus.Running);
        return session;
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
