using Coordinator.Bench.Fleet;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Dashboard;

/// <summary>The dashboard in a real browser: ten thousand sessions of which two hundred change each second, and an output of 200,000 lines.</summary>
internal sealed class DashboardScenario : IScenario
{
    public const int Sessions = 10_000;
    public const int ChangesPerSecond = 200;
    public const int Lines = 200_000;

    private const int Runners = 10;
    private const int Capacity = 1_200;

    public string Name => "dashboard";

    public string Summary => "the dashboard with 10,000 sessions, 200 changes a second, 200,000 lines of output";

    public async Task MeasureAsync(BenchRun run)
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await BenchRun.StartCoordinatorAsync(files);
        await using PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, Runners, Capacity);
        BenchRun.Say($"Starting {Sessions:N0} sessions …");
        IReadOnlyList<PlayedSession> sessions = await fleet.FillAsync(Sessions);
        PlayedSession talkative = await LongOutput.PrepareAsync(coordinator, fleet);

        await using (Churn churn = new(coordinator, fleet, sessions, ChangesPerSecond))
        {
            await new ColdStart(coordinator.WebAddress).MeasureAsync(run);
            await new LiveList(coordinator.WebAddress, fleet).MeasureAsync(run, churn);
        }

        await new LongOutput(coordinator.WebAddress, talkative).MeasureAsync(run);
    }
}
