using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Coordinator.Tests.Storage.Contract;

/// <summary>What the ledger relies on, whatever its store is.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly List<ILedgerStore> _stores = [];
    private int _batches;

    /// <summary>Makes an empty database.</summary>
    public abstract ValueTask InitializeAsync();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (ILedgerStore store in _stores)
            await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Read_OfWhatIsNotThere_GivesTheTimeAlone()
    {
        LedgerRead read = await Open().ReadAsync(
        [
            LedgerKey.Session("ses_nobody"), LedgerKey.Run("run_nobody"), LedgerKey.Text("run_nobody"), LedgerKey.Runner("rnr_nobody"),
            LedgerKey.RunsOn("rnr_nobody"), LedgerKey.Request("nobody"), LedgerKey.Descendants("ses_nobody"),
            LedgerKey.Lineage("ses_nobody"), LedgerKey.ConnectedTo("crd_nobody"),
        ]);

        Assert.Empty(read.Sessions);
        Assert.Empty(read.Runs);
        Assert.Empty(read.Texts);
        Assert.Empty(read.Runners);
        Assert.Null(read.State);
        Assert.NotEqual(default, read.Time);
    }

    [Fact]
    public async Task Read_ByEachKey_BringsWhatBelongsToIt()
    {
        ILedgerStore store = Open();
        (Session root, Run rootRun) = Session("ses_1");
        (Session child, Run childRun) = Session("ses_2", parent: "ses_1", requestId: "again");
        (Session grandchild, Run grandchildRun) = Session("ses_3", parent: "ses_2");
        (Session other, Run otherRun) = Session("ses_4");
        await AddAsync(store, (root, rootRun), (child, childRun), (grandchild, grandchildRun), (other, otherRun));
        RegisteredRunner here = Runner("rnr_1", "crd_1"), elsewhere = Runner("rnr_2", "crd_2"), gone = Runner("rnr_3", "crd_1");
        gone.DisconnectTime = _now;
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Runners = [.. new[] { here, elsewhere, gone }.Select(Insert)] });
        foreach (Run run in new[] { childRun, grandchildRun })
            run.Apply(new RunEvent.Claim("rnr_1", "host", "boot", ""), _now);
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Runs = [Change(childRun), Change(grandchildRun)] });

        Assert.Equal("sessions ses_2 runs run_2", await DescribeAsync(store, LedgerKey.Session("ses_2")));
        Assert.Equal("sessions ses_2 runs run_2", await DescribeAsync(store, LedgerKey.Run("run_2")));
        Assert.Equal("sessions ses_2 runs run_2", await DescribeAsync(store, LedgerKey.Request("again")));
        Assert.Equal("sessions ses_2 ses_3 runs run_2 run_3", await DescribeAsync(store, LedgerKey.Descendants("ses_1")));
        Assert.Equal("sessions ses_1 ses_2 ses_3 runs run_1 run_2 run_3", await DescribeAsync(store, LedgerKey.Lineage("ses_3")));
        Assert.Equal("runs run_2 run_3", await DescribeAsync(store, LedgerKey.RunsOn("rnr_1")));
        Assert.Equal("runners rnr_1", await DescribeAsync(store, LedgerKey.Runner("rnr_1")));
        Assert.Equal("runners rnr_1", await DescribeAsync(store, LedgerKey.ConnectedTo("crd_1")));
        Assert.Equal("texts run_4: what to do", await DescribeAsync(store, LedgerKey.Text("run_4")));
        Assert.Equal(
            "sessions ses_1 ses_4 runs run_1 run_4",
            await DescribeAsync(store, LedgerKey.Session("ses_1"), LedgerKey.Run("run_4"), LedgerKey.Session("ses_nobody")));
    }

    [Fact]
    public async Task Commit_OfAChange_CountsTheVersionAndIsRefusedToWhoReadTheOneBefore()
    {
        ILedgerStore store = Open();
        (Session session, Run run) = Session("ses_1");
        await AddAsync(store, (session, run));
        Run one = await RunAsync(store, "run_1"), other = await RunAsync(store, "run_1");

        one.PendingReason = "one";
        other.PendingReason = "other";
        AuditEntry entry = new() { Action = AuditAction.Stop, OperationId = "op_1", RequestedBy = "", Peer = "", RunId = "run_1", Time = _now };
        Assert.NotNull(await store.CommitAsync(new() { BatchId = Next(), Time = _now, Runs = [Change(one)] }));
        Assert.Null(await store.CommitAsync(new() { BatchId = Next(), Time = _now, Runs = [Change(other)], Audit = [entry] }));

        Run stored = await RunAsync(store, "run_1");
        Assert.Equal(("one", 1), (stored.PendingReason, stored.Version));
        await using CoordinatorDbContext db = CreateContext();
        Assert.Empty(await db.AuditEntries.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Commit_OfCounters_IsNoneOfTheVersionsBusiness()
    {
        ILedgerStore store = Open();
        await AddAsync(store, Session("ses_1"));
        Run reporting = await RunAsync(store, "run_1"), stopping = await RunAsync(store, "run_1");
        Session session = await SessionAsync(store, "ses_1");

        (reporting.LastReportSequence, session.LastEventSequence) = (7, 20);
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Runs = [new(reporting, RowWriteKind.Count)], Sessions = [new(session, RowWriteKind.Count)] });
        stopping.PendingReason = "later";
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Runs = [Change(stopping)] });

        Run stored = await RunAsync(store, "run_1");
        Assert.Equal((7, "later", 1), (stored.LastReportSequence, stored.PendingReason, stored.Version));
        Assert.Equal((20, 0), ((await SessionAsync(store, "ses_1")).LastEventSequence, (await SessionAsync(store, "ses_1")).Version));
        stored.LastReportSequence = 0;
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Runs = [new(stored, RowWriteKind.ChangeAndCount)] });
        Assert.Equal((0, 2), ((await RunAsync(store, "run_1")).LastReportSequence, (await RunAsync(store, "run_1")).Version));
    }

    [Theory]
    [InlineData((int)RowGuardKind.Session, "ses_1")]
    [InlineData((int)RowGuardKind.Run, "run_1")]
    [InlineData((int)RowGuardKind.Runner, "rnr_1")]
    public async Task Commit_ThatRestsOnARowThatChanged_WritesNothing(int kind, string id)
    {
        ILedgerStore store = Open();
        (Session session, Run run) = Session("ses_1");
        await AddAsync(store, (session, run), Session("ses_2"));
        RegisteredRunner runner = Runner("rnr_1", "crd_1");
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Runners = [Insert(runner)] });
        RowGuard guard = new((RowGuardKind)kind, id, 0);
        LedgerWrites Writes(Session what, RowGuard on) => new() { BatchId = Next(), Time = _now, Sessions = [Change(what)], Guards = [on] };

        Assert.NotNull(await store.CommitAsync(Writes(await SessionAsync(store, "ses_2"), guard)));
        await CommitAsync(store, new()
        {
            BatchId = Next(),
            Time = _now,
            Sessions = [Change(session)],
            Runs = [Change(run)],
            Runners = [Change(runner)],
        });
        Assert.Null(await store.CommitAsync(Writes(await SessionAsync(store, "ses_2"), guard)));
        Assert.Equal(1, (await SessionAsync(store, "ses_2")).Version);
        Assert.NotNull(await store.CommitAsync(Writes(await SessionAsync(store, "ses_2"), guard with { Version = 1 })));
        Assert.Null(await store.CommitAsync(Writes(await SessionAsync(store, "ses_2"), guard with { Id = "nobody" })));
    }

    [Fact]
    public async Task Commit_GivesRevisionsInOrder_AlsoToDeletions()
    {
        ILedgerStore store = Open();
        (Session one, Run oneRun) = Session("ses_1");
        (Session two, Run twoRun) = Session("ses_2");
        await AddAsync(store, (one, oneRun), (two, twoRun));
        Assert.Equal((1, 2), (one.Revision, two.Revision));

        long? first = await store.CommitAsync(new()
        {
            BatchId = Next(),
            Time = _now,
            Sessions = [Change(two)],
            Changed = [two],
            DeletedSessions = [new(RowGuardKind.Session, "ses_1", one.Version)],
        });

        Assert.Equal((3, 3), (first, two.Revision));
        Assert.Equal((3, _now), ((await SessionAsync(store, "ses_2")).Revision, (await SessionAsync(store, "ses_2")).UpdateTime));
        await using CoordinatorDbContext db = CreateContext();
        DeletedSession deleted = Assert.Single(await db.DeletedSessions.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("ses_1", 4), (deleted.SessionId, deleted.Revision));
        LedgerState state = (await store.ReadAsync([LedgerKey.State])).State!;
        state.ForgottenRevision = 4;
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, State = state, ForgottenRevision = 4 });
        Assert.Empty(await db.DeletedSessions.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(4, (await store.ReadAsync([LedgerKey.State])).State!.ForgottenRevision);
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Sessions = [Change(two)], Changed = [two] });
        Assert.Equal(5, two.Revision);
    }

    [Fact]
    public async Task Commit_OfADeletion_TakesAllThatBelongsToTheSession()
    {
        ILedgerStore store = Open();
        (Session session, Run run) = Session("ses_1");
        session.Labels.Add("team", "core");
        (Session other, Run otherRun) = Session("ses_2");
        await AddAsync(store, (session, run), (other, otherRun));
        await CommitAsync(store, new()
        {
            BatchId = Next(),
            Time = _now,
            Results = new Dictionary<string, string> { ["run_1"] = "done" },
            Events = [Chunk("ses_1"), Chunk("ses_2")],
        });
        Assert.Equal("done", Assert.Single((await store.ReadAsync([LedgerKey.Text("run_1")])).Texts).Result);

        LedgerWrites deletion = new() { BatchId = Next(), Time = _now, DeletedSessions = [new(RowGuardKind.Session, "ses_1", 7)] };
        Assert.Null(await store.CommitAsync(deletion));
        deletion = new() { BatchId = Next(), Time = _now, DeletedSessions = [new(RowGuardKind.Session, "ses_1", 0)] };
        Assert.NotNull(await store.CommitAsync(deletion));

        await using CoordinatorDbContext db = CreateContext();
        Assert.Equal("ses_2", Assert.Single(await db.Sessions.ToListAsync(TestContext.Current.CancellationToken)).SessionId);
        Assert.Equal("run_2", Assert.Single(await db.Runs.ToListAsync(TestContext.Current.CancellationToken)).RunId);
        Assert.Equal("run_2", Assert.Single(await db.RunTexts.ToListAsync(TestContext.Current.CancellationToken)).RunId);
        Assert.Equal("ses_2", Assert.Single(await db.EventChunks.ToListAsync(TestContext.Current.CancellationToken)).SessionId);
        Assert.Empty(await db.SessionLabels.ToListAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Another coordinator may have been asked the same, or have appended to the same timeline.</summary>
    [Fact]
    public async Task Commit_OfARowThatIsThere_WritesNothing()
    {
        ILedgerStore store = Open();
        await AddAsync(store, Session("ses_1", requestId: "once"));
        (Session session, Run run) = Session("ses_2", requestId: "once");
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Events = [Chunk("ses_1")] });

        Assert.Null(await store.CommitAsync(new() { BatchId = Next(), Time = _now, Sessions = [Insert(session)], Runs = [Insert(run)] }));
        Assert.Null(await store.CommitAsync(new() { BatchId = Next(), Time = _now, Runners = [Insert(Runner("rnr_1", ""))], Events = [Chunk("ses_1")] }));

        Assert.Equal("", await DescribeAsync(store, LedgerKey.Session("ses_2"), LedgerKey.Runner("rnr_1")));
        Assert.Equal("sessions ses_1 runs run_1", await DescribeAsync(store, LedgerKey.Request("once")));
    }

    [Fact]
    public async Task Commit_ThatRemovesARunnerAndTakesItInAnew_DoesBoth()
    {
        ILedgerStore store = Open();
        RegisteredRunner before = Runner("rnr_1", "crd_1"), after = Runner("rnr_1", "crd_2");
        await CommitAsync(store, new() { BatchId = Next(), Time = _now, Runners = [Insert(before)] });

        await CommitAsync(store, new()
        {
            BatchId = Next(),
            Time = _now,
            DeletedRunners = [new(RowGuardKind.Runner, "rnr_1", 0)],
            Runners = [Insert(after)],
        });

        Assert.Equal("crd_2", Assert.Single((await store.ReadAsync([LedgerKey.Runner("rnr_1")])).Runners).CoordinatorId);
    }

    [Fact]
    public async Task Rehearsal_ReadsWhatItWrote_AndLeavesNothing()
    {
        ILedgerStore store = Open();
        (Session session, Run run) = Session("ses_1");

        await store.RehearseAsync(async () =>
        {
            await AddAsync(store, (session, run));
            Assert.Equal("sessions ses_1 runs run_1", await DescribeAsync(store, LedgerKey.Session("ses_1")));
        });

        Assert.Equal("", await DescribeAsync(store, LedgerKey.Session("ses_1")));
        await AddAsync(store, Session("ses_2"));
        Assert.Equal(1, (await SessionAsync(store, "ses_2")).Revision);
    }

    /// <summary>Each reads, decides and writes, as often as it takes: nothing is lost, and no revision is given twice.</summary>
    [Fact]
    public async Task Writers_RacingForTheSameRows_LoseNoChange()
    {
        const int writers = 3, changes = 40, rows = 4;
        ILedgerStore first = Open();
        for (int i = 1; i <= rows; i++)
            await AddAsync(first, Session($"ses_{i}"));
        long before = (await SessionAsync(first, $"ses_{rows}")).Revision;

        List<long>[] revisions = await Task.WhenAll(Enumerable.Range(0, writers).Select(i => Task.Run(() => WriteAsync(Open(), seed: i))));

        long[] versions = [.. await Task.WhenAll(Enumerable.Range(1, rows).Select(async i => (await SessionAsync(Open(), $"ses_{i}")).Version))];
        Assert.Equal(writers * changes, versions.Sum());
        Assert.Equal(Enumerable.Range(1, writers * changes).Select(i => before + i), revisions.SelectMany(r => r).Order());

        async Task<List<long>> WriteAsync(ILedgerStore store, int seed)
        {
            Random random = new(seed);
            List<long> given = [];
            while (given.Count < changes)
            {
                Session session = await SessionAsync(store, $"ses_{random.Next(rows) + 1}");
                await Task.Yield();
                LedgerWrites writes = new() { BatchId = $"{seed}.{Next()}", Time = _now, Sessions = [Change(session)], Changed = [session] };
                if (await store.CommitAsync(writes) is { } revision)
                    given.Add(revision);
            }

            return given;
        }
    }

    internal abstract ILedgerStore CreateStore();

    internal abstract CoordinatorDbContext CreateContext();

    private ILedgerStore Open()
    {
        ILedgerStore store = CreateStore();
        lock (_stores)
            _stores.Add(store);
        return store;
    }

    private string Next() => $"batch-{Interlocked.Increment(ref _batches)}";

    private async Task AddAsync(ILedgerStore store, params (Session Session, Run Run)[] all) => await CommitAsync(store, new()
    {
        BatchId = Next(),
        Time = _now,
        Sessions = [.. all.Select(one => Insert(one.Session))],
        Runs = [.. all.Select(one => Insert(one.Run))],
        Texts = [.. all.Select(one => new RunText { RunId = one.Run.RunId, Prompt = "what to do" })],
        Changed = [.. all.Select(one => one.Session)],
    });

    private static async Task CommitAsync(ILedgerStore store, LedgerWrites writes) => Assert.NotNull(await store.CommitAsync(writes));

    private static async Task<Run> RunAsync(ILedgerStore store, string runId) =>
        (await store.ReadAsync([LedgerKey.Run(runId)])).Runs.Single(r => r.RunId == runId);

    private static async Task<Session> SessionAsync(ILedgerStore store, string sessionId) =>
        (await store.ReadAsync([LedgerKey.Session(sessionId)])).Sessions.Single(s => s.SessionId == sessionId);

    private static async Task<string> DescribeAsync(ILedgerStore store, params LedgerKey[] keys)
    {
        LedgerRead read = await store.ReadAsync(keys);
        return string.Join(' ',
        [
            .. Part("sessions", read.Sessions.Select(s => s.SessionId)), .. Part("runs", read.Runs.Select(r => r.RunId)),
            .. Part("runners", read.Runners.Select(r => r.RunnerId)), .. Part("texts", read.Texts.Select(t => $"{t.RunId}: {t.Prompt}")),
        ]);

        static IEnumerable<string> Part(string name, IEnumerable<string> ids) =>
            ids.Any() ? [name, .. ids.Distinct().Order(StringComparer.Ordinal)] : [];
    }

    private static RowWrite<T> Insert<T>(T entity)
        where T : class => new(entity, RowWriteKind.Insert);

    private static RowWrite<T> Change<T>(T entity)
        where T : class => new(entity, RowWriteKind.Change);

    private static (Session Session, Run Run) Session(string sessionId, string parent = "", string? requestId = null)
    {
        Session session = new()
        {
            SessionId = sessionId,
            Name = "of a test",
            AgentName = "tester",
            Executor = "command",
            ProjectDir = "",
            ParentSessionId = parent,
            Demands = RunDemands.None,
            Labels = [],
            CreateTime = _now,
        };
        Run run = new()
        {
            RunId = $"run_{sessionId[4..]}",
            SessionId = sessionId,
            Executor = "command",
            Demands = RunDemands.None,
            CreateTime = _now,
            QueueTimeout = TimeSpan.FromMinutes(1),
            QueueDeadline = _now,
            RequestId = requestId,
        };
        session.Follow(run);
        return (session, run);
    }

    private static RegisteredRunner Runner(string runnerId, string coordinatorId) =>
        new() { RunnerId = runnerId, Name = runnerId, Epoch = 1, ConnectTime = _now, CoordinatorId = coordinatorId };

    private static EventChunk Chunk(string sessionId) => Assert.Single(EventChunk.Split(
        sessionId, [new Proto.SessionEvent { SessionId = sessionId, Sequence = 1, Output = ScriptedRunner.Line("a line").Output }]));
}
