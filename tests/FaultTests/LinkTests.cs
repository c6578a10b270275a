using Coordinator.FaultTests.Plants;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.FaultTests;

/// <summary>Connections that go silent, and programs that freeze, without anybody being told.</summary>
public sealed class LinkTests
{
    private static readonly TimeSpan Noticed = (Plant.Heartbeat * 3) + TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Silence_IsNoticedWithinThreeHeartbeats_AndTheStopFromMeanwhileIsCarriedOut()
    {
        await using Plant plant = await Plant.StartAsync(machines: 1);
        Machine machine = plant.Machines[0];
        Proto.Session session = await StartAsync(plant);

        machine.Link.IsStalled = true;
        await Eventually.Get(() => RunnerAsync(plant), r => r.Status == Proto.RunnerStatus.Offline, Noticed);
        Proto.StopSessionResponse answer = await plant.Coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId });
        Assert.Equal(Proto.StopDelivery.QueuedRunnerOffline, answer.Delivery);
        machine.Link.IsStalled = false;

        await AssertStoppedAsync(plant, session);
    }

    [Fact]
    public async Task Runner_FrozenAndThawed_ConnectsAnewAndCarriesOutItsStop()
    {
        await using Plant plant = await Plant.StartAsync(machines: 1);
        Proto.Session session = await StartAsync(plant);
        long epoch = (await RunnerAsync(plant)).Epoch;

        plant.Machines[0].Runner.Freeze();
        await Eventually.Get(() => RunnerAsync(plant), r => r.Status == Proto.RunnerStatus.Offline, Noticed);
        await plant.Coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId });
        plant.Machines[0].Runner.Thaw();

        await AssertStoppedAsync(plant, session);
        Assert.True((await RunnerAsync(plant)).Epoch > epoch);
    }

    [Fact]
    public async Task Coordinator_FrozenAndThawed_HoldsItAgainstNobody()
    {
        await using Plant plant = await Plant.StartAsync(machines: 1);
        Proto.Session session = await StartAsync(plant);

        plant.Coordinator.Freeze();
        await plant.Machines[0].Runner.Output.WaitForLineAsync(line => line.Contains("it is tried until it answers", StringComparison.Ordinal)).WithTimeout(Noticed + Noticed);
        plant.Coordinator.Thaw();

        await plant.Coordinator.WaitForRunnerAsync(plant.Machines[0].Name);
        Assert.Equal(Proto.RunStatus.Running, (await plant.RunAsync(session.RunId)).Status);
        await plant.Coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId });
        await AssertStoppedAsync(plant, session);
        Assert.Equal(1, plant.Executions(session.RunId));
    }

    private static async Task<Proto.Session> StartAsync(Plant plant)
    {
        Proto.Session session = (await plant.Coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = AgentScript.Patient(plant.Marks) })).Session;
        await Eventually.Get(() => plant.RunAsync(session.RunId), r => r.Status == Proto.RunStatus.Running);
        return session;
    }

    private static async Task AssertStoppedAsync(Plant plant, Proto.Session session)
    {
        Proto.Run run = await Eventually.Get(() => plant.RunAsync(session.RunId), r => r.EndTime is not null);
        Assert.Equal((Proto.RunStatus.Stopped, Proto.StopOutcome.Proved), (run.Status, run.Stop.Outcome));
        Assert.Empty(ProcessTable.OfRun(session.RunId));
    }

    private static async Task<Proto.Runner> RunnerAsync(Plant plant) =>
        Assert.Single((await plant.Coordinator.Fleet.ListRunnersAsync(new())).Runners);
}
