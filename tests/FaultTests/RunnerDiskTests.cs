using Coordinator.FaultTests.Plants;
using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.FaultTests;

/// <summary>The disk under a runner's directory is full.</summary>
public sealed class RunnerDiskTests
{
    private const int Megabytes = 8;

    [Fact]
    public async Task Disk_Full_LeavesTheAgentAndItsStopAlone_AndRefusesNewRunsUntilThereIsRoom()
    {
        using TestFiles files = new();
        await using SmallDisk disk = await SmallDisk.MountAsync(files, Megabytes);
        await using Plant plant = await Plant.StartAsync(machines: 1, new Dictionary<string, string> { ["Runner__DataDirectory"] = disk.Path });
        Proto.Session session = await StartAsync(plant, AgentScript.Patient(plant.Marks));
        await Eventually.Get(() => plant.RunAsync(session.RunId), r => r.Status == Proto.RunStatus.Running);

        disk.Fill();
        // The last page of a file has some room of its own.
        Proto.Run refused = await Eventually.Get(async () => await EndAsync(plant, await StartAsync(plant, "exit 0")), r => r.Failure is not null);
        Assert.Equal(("START_FAILED", true), (refused.Failure.Reason, refused.Failure.Message.Contains("Make room", StringComparison.Ordinal)));

        Assert.Equal(Proto.RunStatus.Running, (await plant.RunAsync(session.RunId)).Status);
        await plant.Coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId });
        Proto.Run stopped = await EndAsync(plant, session);
        Assert.Equal((Proto.RunStatus.Stopped, Proto.StopOutcome.Proved), (stopped.Status, stopped.Stop.Outcome));
        Assert.Empty(ProcessTable.OfRun(session.RunId));

        disk.Empty();
        await Eventually.Get(async () => await EndAsync(plant, await StartAsync(plant, "exit 0")), r => r.Status == Proto.RunStatus.Completed);
    }

    private static async Task<Proto.Session> StartAsync(Plant plant, string prompt) =>
        (await plant.Coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = prompt })).Session;

    private static Task<Proto.Run> EndAsync(Plant plant, Proto.Session session) => Eventually.Get(() => plant.RunAsync(session.RunId), r => r.EndTime is not null);
}
