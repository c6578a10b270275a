using Coordinator.Connections;
using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Stops;
using Coordinator.Storage;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Runners;

/// <summary>Takes runners in and lets them go: registration, fencing number, and reconciliation.</summary>
internal sealed class RunnerRegistration(
    IDbContextFactory<CoordinatorDbContext> contexts,
    Ledger ledger,
    RunnerStreams streams,
    Reconciliation reconciliation,
    EmergencyStops emergency,
    CoordinatorIdentity self,
    Ids ids)
{
    /// <summary>
    /// Registers a connection. One transaction compares what the runner holds with what the database says; the commit
    /// puts the connection where stops are sent to, so that no stop falls between the two.
    /// </summary>
    /// <exception cref="CoordinatorException">It cannot be stored.</exception>
    public async Task<RunnerStream> OpenAsync(RunnerProfile profile, IReadOnlyCollection<HeldRun> held)
    {
        RunnerStream stream = streams.Arrive(profile);
        try
        {
            await ledger.ExecuteAsync([LedgerKey.Runner(profile.RunnerId), LedgerKey.RunsOn(profile.RunnerId)], async work =>
            {
                RegisteredRunner runner = await RegisterAsync(work, profile);
                Reconciled reconciled = await reconciliation.ReconcileAsync(work, profile, held);
                // What the transaction has changed until here is told once more by its commit.
                int before = reconciled.Held - RunTransition.HeldChanges(work.Transitions).GetValueOrDefault(runner.RunnerId);
                work.Add(new ConnectionChange.Opened(
                    runner.RunnerId, runner.Epoch, stream.ConnectionId, profile, runner.Draining, before, reconciled));
                return true;
            });
            return stream;
        }
        catch
        {
            streams.Dismiss(stream);
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The runner has answered on this connection, so its hello says how things are: it is decided about the runs it lacks.</summary>
    public Task ConfirmAsync(RunnerStream stream) => stream.Missing.Count == 0
        ? Task.CompletedTask
        : ledger.ExecuteAsync(
            [.. stream.Missing.Select(claim => LedgerKey.Run(claim.RunId))],
            async work =>
            {
                await Reconciliation.ResolveMissingAsync(work, stream.Profile, stream.Missing);
                return true;
            },
            stream.HoldBack);

    /// <summary>
    /// A connected runner can start other executors than before. What it lost it is given no more from this transaction on;
    /// what it gained is given out after the commit.
    /// </summary>
    public Task ChangeExecutorsAsync(RunnerStream stream, IReadOnlyList<ExecutorInfo> executors) => ledger.ExecuteAsync(
        [LedgerKey.Runner(stream.RunnerId)],
        async work =>
        {
            if (await work.FindRunnerAsync(stream.RunnerId) is not { } runner || runner.Epoch != stream.Epoch)
                return false;
            runner.Offer(executors);
            work.Changed(runner);
            work.Add(new ConnectionChange.Executors(stream.RunnerId, stream.Epoch, executors));
            return true;
        },
        stream.HoldBack);

    /// <summary>The runner is about to end: this connection is given no more runs.</summary>
    public Task LeaveAsync(RunnerStream stream) => ledger.ExecuteAsync([], work =>
    {
        work.Add(new ConnectionChange.Leaving(stream.RunnerId, stream.Epoch));
        return ValueTask.FromResult(true);
    });

    /// <summary>
    /// The stops that were committed earlier or could not be, for a runner whose connection cannot be registered because nothing
    /// can be written: they must not wait for room on a disk.
    /// </summary>
    public async Task<IReadOnlyList<RunnerCommand.StopRun>> KnownStopsAsync(
        string runnerId, IReadOnlyCollection<HeldRun> held, CancellationToken cancellationToken)
    {
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        List<Run> stopping = await db.Runs.AsNoTracking()
            .Where(r => r.RunnerId == runnerId && r.Status == RunStatus.Stopping).OrderBy(r => r.RunId).ToListAsync(cancellationToken);
        HashSet<RunClaim> holds = [.. held.Select(run => run.Claim)];
        return
        [
            .. stopping.Where(r => holds.Contains(RunClaim.Of(r))).Select(r => RunnerCommand.StopRun.Of(r, ids.New(Ids.Command))),
            .. emergency.CommandsFor(runnerId, holds),
        ];
    }

    /// <summary>Notes that a connection ended. What its runs do is decided when the runner comes back, or when it stays away for too long.</summary>
    public Task CloseAsync(RunnerStream stream) => ledger.ExecuteAsync([LedgerKey.Runner(stream.RunnerId)], async work =>
    {
        RegisteredRunner? runner = await work.FindRunnerAsync(stream.RunnerId);
        if (runner is not null && runner.Epoch == stream.Epoch)
        {
            runner.DisconnectTime ??= work.Now;
            work.Changed(runner);
        }

        work.Add(new ConnectionChange.Closed(stream.RunnerId, stream.Epoch));
        return true;
    });

    /// <summary>
    /// Called once at start: connections that this coordinator held when it ended the last time ended with it. From now on counts, so
    /// that the coordinator's own absence is not held against the runners. Those of other coordinators are theirs. Without it no runner
    /// could be stopped, so it may use the space that is kept for stops.
    /// </summary>
    public async Task DisconnectOwnAsync() => self.Id = await ledger.ExecuteAsync(
        [LedgerKey.State],
        async work =>
        {
            LedgerState state = await work.ChangeStateAsync();
            if (state.CoordinatorId.Length == 0)
                state.CoordinatorId = ids.New(Ids.Coordinator);
            foreach (RegisteredRunner runner in await work.ConnectedToAsync(state.CoordinatorId))
            {
                runner.DisconnectTime = work.Now;
                work.Changed(runner);
            }

            return state.CoordinatorId;
        },
        usesReserve: _ => ValueTask.FromResult(true));

    private async Task<RegisteredRunner> RegisterAsync(UnitOfWork work, RunnerProfile profile)
    {
        RegisteredRunner? runner = await work.FindRunnerAsync(profile.RunnerId);
        if (runner is null)
            work.Add(runner = new RegisteredRunner { RunnerId = profile.RunnerId });

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
        runner.ConnectTime = work.Now;
        runner.DisconnectTime = null;
        runner.CoordinatorId = self.Id;
        runner.CoordinatorIncarnation = self.Incarnation;
        work.Changed(runner);
        return runner;
    }
}
