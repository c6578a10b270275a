using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;

namespace Coordinator.Stops;

/// <summary>
/// Stops a run that never was, in a transaction that is taken back, before the coordinator takes calls. What is done for
/// the first time, above all the making of queries, takes many times as long as later; the first real stop after a start
/// should not be the one to pay for it.
/// </summary>
internal sealed partial class StopRehearsal(
    Ledger ledger, StopTransaction transaction, EmergencyStops emergency, Ids ids, TimeProvider time, ILogger<StopRehearsal> logger) : BackgroundService
{
    private const string Nobody = "rehearsal";

    private static readonly StopTerms _terms = new(new Origin(Nobody, Nobody, Nobody), Nobody, TimeSpan.Zero, Force: false);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Session session = Invent(out Run run);
            await ledger.RehearseAsync(work => RunAsync(work, session, run), work => StopAsync(work, session.SessionId));
        }
        catch (Exception exception)
        {
            // The database can be read but not written, for example: a reason to be slow once, not one to stay away.
            LogFailed(exception);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>The stop that cannot be stored comes last and keeps no call waiting: a disk is seldom full when the coordinator starts.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RefuseAsync(emergency.StopSessionAsync);
        await RefuseAsync(emergency.StopRunAsync);
    }

    private static async ValueTask RunAsync(UnitOfWork work, Session session, Run run)
    {
        work.Add(session);
        work.Add(run, prompt: "");
        await work.ApplyAsync(run, new RunEvent.Claim(Nobody, Nobody, Nobody, Nobody));
        await work.ApplyAsync(run, new RunEvent.Start(work.Now, Isolation.Unknown));
    }

    /// <summary>As a real stop, which finds both in the database.</summary>
    private async ValueTask StopAsync(UnitOfWork work, string sessionId)
    {
        Session session = (await work.FindSessionAsync(sessionId))!;
        Run run = (await work.FindRunAsync(session.RunId))!;
        await transaction.StopAsync(work, session, run, _terms);
    }

    /// <summary>Asks for what can only be refused: the queries are made all the same, and so is what an exception takes.</summary>
    private async Task RefuseAsync(Func<string, StopTerms, CoordinatorException, Task<StopAnswer>> stop)
    {
        try
        {
            await stop(Nobody, _terms, StorageErrors.DiskFull());
        }
        catch (CoordinatorException)
        {
            // There is no such session, and no such run.
        }
        catch (Exception exception)
        {
            LogFailed(exception);
        }
    }

    private Session Invent(out Run run)
    {
        DateTimeOffset now = time.GetUtcNow();
        Session session = new()
        {
            SessionId = ids.New(Ids.Session),
            Name = Nobody,
            AgentName = Nobody,
            Executor = Nobody,
            ProjectDir = "",
            ParentSessionId = "",
            Demands = RunDemands.None,
            Labels = [],
            CreateTime = now,
        };
        run = new Run
        {
            RunId = ids.New(Ids.Run),
            SessionId = session.SessionId,
            Executor = Nobody,
            Demands = RunDemands.None,
            CreateTime = now,
            QueueTimeout = TimeSpan.Zero,
            QueueDeadline = now,
        };
        session.Follow(run);
        return session;
    }

    [LoggerMessage(1321, LogLevel.Information, "The first stop may take longer than later ones: it could not be rehearsed")]
    private partial void LogFailed(Exception exception);
}
