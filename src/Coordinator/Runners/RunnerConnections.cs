using Coordinator.Dispatch;
using Coordinator.Hosting;
using Coordinator.Runs;
using Coordinator.Stops;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Coordinator.Runners;

/// <summary>Takes runners in and lets them go: registration, fencing number, reconciliation, and the welcome.</summary>
internal sealed class RunnerConnections(
    IDbContextFactory<CoordinatorDbContext> contexts,
    Ledger ledger,
    RunnerStreams streams,
    Dispatcher dispatcher,
    Reconciliation reconciliation,
    EmergencyStops emergency,
    Ids ids,
    IOptions<CoordinatorOptions> options,
    TimeProvider time)
{
    /// <summary>
    /// Registers a connection. One transaction compares what the runner holds with what the database says; the commit
    /// puts the connection where stops are pushed, so that no stop falls between the two.
    /// </summary>
    public async Task OpenAsync(RunnerStream stream, Proto.RunnerHello hello)
    {
        await ledger.ExecuteAsync(async scope =>
        {
            RegisteredRunner runner = await RegisterAsync(scope, stream.Profile);
            scope.Withhold(runner.RunnerId);
            Reconciled reconciled = await reconciliation.ReconcileAsync(scope, stream.Profile, hello.Runs);
            Proto.Welcome welcome = new()
            {
                Epoch = runner.Epoch,
                HeartbeatInterval = options.Value.HeartbeatInterval.ToProto(),
                Draining = runner.Draining,
                ForgetRunIds = { reconciled.Forget },
                TakesExecutorChanges = true,
            };
            // What the batch has changed until here is told to the connection once more by the commit.
            int held = reconciled.Held - scope.Slots.GetValueOrDefault(stream.RunnerId);
            long epoch = runner.Epoch;
            stream.Draining = runner.Draining;
            scope.AfterCommit(() =>
            {
                welcome.Time = time.GetUtcNow().ToProto();
                stream.Held = held;
                stream.Begin(epoch, welcome, reconciled);
                streams.Add(stream);
                dispatcher.Add(stream);
            });
            return true;
        });
    }

    /// <summary>The runner has answered on this connection, so its hello says how things are: the runs it lacks are settled.</summary>
    public Task ConfirmAsync(RunnerStream stream) => stream.Missing.Count == 0
        ? Task.CompletedTask
        : ledger.ExecuteAsync(
            async scope =>
            {
                await Reconciliation.SettleMissingAsync(scope, stream.Profile, stream.Missing);
                return true;
            },
            stream.HoldBack);

    /// <summary>
    /// A connected runner can start other executors than before. What it lost it is given no more from this transaction on;
    /// what it gained is given out after the commit.
    /// </summary>
    public Task ChangeExecutorsAsync(RunnerStream stream, IReadOnlyList<ExecutorInfo> executors) => ledger.ExecuteAsync(
        async scope =>
        {
            if (await scope.FindRunnerAsync(stream.RunnerId) is not { } runner || runner.Epoch != stream.Epoch)
                return false;
            runner.Offer(executors);
            scope.Changed(runner);
            scope.Withhold(runner.RunnerId);
            scope.AfterCommit(() => dispatcher.Change(stream, executors));
            return true;
        },
        stream.HoldBack);

    /// <summary>
    /// The stops that were committed earlier or could not be, for a runner whose connection cannot be registered because nothing
    /// can be written: they must not wait for room on a disk.
    /// </summary>
    public async Task<IReadOnlyList<Proto.StopRun>> KnownStopsAsync(Proto.RunnerHello hello, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<Run> stopping = await db.Runs.AsNoTracking()
            .Where(r => r.RunnerId == hello.RunnerId && r.Status == RunStatus.Stopping).OrderBy(r => r.RunId).ToListAsync(cancellationToken);
        HashSet<RunClaim> holds = [.. hello.Runs.Select(RunClaim.Of)];
        return
        [
            .. stopping.Where(r => holds.Contains(RunClaim.Of(r))).Select(r => StopTransaction.Command(r, ids)),
            .. emergency.CommandsFor(holds),
        ];
    }

    /// <summary>Notes that a connection ended. What its runs do is decided when the runner comes back, or when it stays away for too long.</summary>
    public Task CloseAsync(RunnerStream stream) => ledger.ExecuteAsync(async scope =>
    {
        RegisteredRunner? runner = await scope.FindRunnerAsync(stream.RunnerId);
        if (runner is not null && runner.Epoch == stream.Epoch)
        {
            runner.DisconnectTime ??= scope.Now;
            scope.Changed(runner);
        }

        scope.AfterCommit(() =>
        {
            streams.Remove(stream);
            dispatcher.Remove(stream);
        });
        return true;
    });

    /// <summary>
    /// Called once at start: connections that an earlier life of the coordinator left open ended with it. From now on
    /// counts, so that the coordinator's own absence is not held against the runners. Without it there would be nobody who
    /// stops anything, so it may use the space that is kept for stops.
    /// </summary>
    public Task DisconnectAllAsync() => ledger.ExecuteAsync(
        async scope =>
        {
            await scope.DisconnectRunnersAsync();
            return true;
        },
        usesReserve: _ => ValueTask.FromResult(true));

    private static async Task<RegisteredRunner> RegisterAsync(LedgerScope scope, RunnerProfile profile)
    {
        RegisteredRunner? runner = await scope.FindRunnerAsync(profile.RunnerId);
        if (runner is null)
            scope.Add(runner = new RegisteredRunner { RunnerId = profile.RunnerId });

        runner.BootId = profile.BootId;
        runner.Name = profile.Name;
        runner.Hostname = profile.Hostname;
        runner.ProjectDir = profile.ProjectDir;
        runner.Offer(profile.Executors);
        runner.Tags = [.. profile.Tags];
        runner.Capacity = profile.Capacity;
        runner.RunnerVersion = profile.Version;
        runner.Containment = profile.Containment;
        runner.Isolation = profile.Isolation;
        runner.Epoch++;
        runner.ConnectTime = scope.Now;
        runner.DisconnectTime = null;
        scope.Changed(runner);
        return runner;
    }
}
