using System.Collections.Concurrent;
using Coordinator.Bench.Fleet;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Scale;

/// <summary>Sessions on a runner of their own, each of which can be stopped once to see how long that takes now.</summary>
internal sealed class StopArrivals : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _arrivals;
    private readonly Queue<PlayedSession> _sessions;
    private readonly CoordinatorProcess _coordinator;
    private readonly PlayedFleet _fleet;

    private StopArrivals(
        CoordinatorProcess coordinator, PlayedFleet fleet, IEnumerable<PlayedSession> sessions, ConcurrentDictionary<string, TaskCompletionSource<long>> arrivals) =>
        (_coordinator, _fleet, _sessions, _arrivals) = (coordinator, fleet, new(sessions), arrivals);

    /// <param name="coordinator">Which coordinator.</param>
    /// <param name="number">The number of the runner, not that of another one.</param>
    /// <param name="sessions">How many stops there can be.</param>
    public static async Task<StopArrivals> PrepareAsync(CoordinatorProcess coordinator, int number, int sessions)
    {
        ConcurrentDictionary<string, TaskCompletionSource<long>> arrivals = [];
        PlayedFleet fleet = await PlayedFleet.ConnectAsync(coordinator, new FleetPlan(Runners: 1, sessions)
        {
            First = number,
            Apart = true,
            Label = "bystanders",
            Stopping = stop => ArrivalOf(arrivals, stop.RunId).TrySetResult(TimeProvider.System.GetTimestamp()),
        });
        return new StopArrivals(coordinator, fleet, await fleet.FillAsync(sessions), arrivals);
    }

    /// <summary>Stops one after another, with a pause between them, for as long as something else takes.</summary>
    /// <returns>Milliseconds from the call to the arrival at the runner, of each.</returns>
    public async Task<List<double>> StopDuringAsync(Task work, TimeSpan pause)
    {
        List<double> taken = [];
        do
        {
            taken.Add(await StopOneAsync());
            await Task.WhenAny(work, Task.Delay(pause, TimeProvider.System));
        }
        while (!work.IsCompleted && _sessions.Count > 0);
        await work;
        return taken;
    }

    /// <returns>Milliseconds from the call to the arrival at the runner.</returns>
    public async Task<double> StopOneAsync()
    {
        PlayedSession session = _sessions.Dequeue();
        Task<long> arrival = ArrivalOf(_arrivals, session.Run.RunId).Task;
        long called = TimeProvider.System.GetTimestamp();
        await _coordinator.Sessions.StopSessionAsync(new() { SessionId = session.SessionId, Reason = "bench" });
        await Task.WhenAny(arrival, Task.Delay(Patience, TimeProvider.System));
        return arrival.IsCompleted
            ? TimeProvider.System.GetElapsedTime(called, await arrival).TotalMilliseconds
            : throw new BenchException($"The stop of {session.SessionId} was answered, but did not arrive within {Patience.TotalSeconds:0} s.");
    }

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    private static TaskCompletionSource<long> ArrivalOf(ConcurrentDictionary<string, TaskCompletionSource<long>> arrivals, string runId) =>
        arrivals.GetOrAdd(runId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
