using Coordinator.Bench.Reporting;
using Coordinator.Bench.Systems;
using Coordinator.Testing;

namespace Coordinator.Bench.Stops;

/// <summary>Stops on a coordinator that can store nothing more, against those on one that can.</summary>
internal sealed class FullDiskScenario : IScenario
{
    private const int Megabytes = 64;

    /// <summary>Between one stop and the next: everything has come to rest.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    public string Name => "full-disk";

    public string Summary => "StopSession to SIGTERM in the agent while the coordinator's disk is full to the last byte";

    public async Task MeasureAsync(BenchRun run)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            BenchRun.Say("The scenario full-disk mounts file systems to fill up; run it as root.");
            return;
        }

        using TestFiles files = new();
        MarkingAgent agent = new(files);
        await using SmallDisk room = await SmallDisk.MountAsync(files, Megabytes, "with-room");
        await using SmallDisk full = await SmallDisk.MountAsync(files, Megabytes, "full");
        await using ProductSystem free = await ProductSystem.LaunchAsync(room.Path);
        await using ProductSystem crowded = await ProductSystem.LaunchAsync(full.Path);
        int stops = run.Of(45, 25, 3);
        BenchRun.Say($"Stopping {stops} agents on a full disk, and as many on one with room …");
        for (int i = -1; i < stops; i++)
        {
            await StartAsync(free, agent, $"free-{i}");
            await StartAsync(crowded, agent, $"crowded-{i}");
        }

        // The first stop takes what is kept free for stops; after that there is nothing left.
        full.Fill();
        await StopAsync(crowded, agent, "crowded--1");
        await StopAsync(free, agent, "free--1");
        full.Fill();
        List<double> withRoom = [], onFull = [];
        for (int i = 0; i < stops; i++)
        {
            withRoom.Add(await StopAsync(free, agent, $"free-{i}"));
            onFull.Add(await StopAsync(crowded, agent, $"crowded-{i}"));
        }

        run.Add(new Measurement(
            "full-disk.p99", "Stop on a full disk, 99th percentile", Samples.Percentile(onFull, 0.99), "ms", Bar: 5, Samples.Percentile(withRoom, 0.99))
        {
            Note = $"{stops} each, in turn",
        });
    }

    private static async Task StartAsync(ProductSystem system, MarkingAgent agent, string id)
    {
        await system.StartAsync(id, agent.Command(id));
        await agent.StartedAsync(id);
    }

    private static async Task<double> StopAsync(ProductSystem system, MarkingAgent agent, string id)
    {
        await Task.Delay(Rest, TimeProvider.System);
        double asked = MarkingAgent.Now();
        await system.StopAsync(id);
        return await agent.SignalledAsync(id) - asked;
    }
}
