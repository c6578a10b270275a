using System.Reflection;
using Coordinator.Storage.Sqlite;
using Coordinator.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Coordinator.Tests.Storage;

/// <summary>
/// A database as the coordinator of the commit b88a634 left it when it was killed: with a session of every status, whose runs were
/// pending, claimed, running and stopping.
/// </summary>
public sealed class FormerDatabaseTests
{
    /// <summary>The newest reports that it had taken in have smaller numbers.</summary>
    private const long Later = 1_000;

    [Fact]
    public async Task Start_OnIt_ShowsEverySessionAsItWas()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartOnAsync(Write);

        Proto.ListSessionsResponse sessions = await coordinator.Sessions.ListSessionsAsync(new());

        Assert.Equal(
            [
                ("claimed", Proto.SessionStatus.Pending), ("failed", Proto.SessionStatus.Failed),
                ("finished", Proto.SessionStatus.Finished), ("pending", Proto.SessionStatus.Pending),
                ("running", Proto.SessionStatus.Running), ("stopped", Proto.SessionStatus.Stopped),
                ("stopping", Proto.SessionStatus.Stopping),
            ],
            sessions.Sessions.Select(s => (s.SessionName, s.Status)).Order());
        Assert.All(sessions.Sessions, session => Assert.Equal("", session.CreatedBy));
        Proto.Session stopped = sessions.Sessions.Single(s => s.SessionName == "stopped");
        Assert.Equal((Proto.StopOutcome.Proved, 0), (stopped.Stop.Outcome, stopped.Stop.ProcessesLeft));
        Proto.Session finished = sessions.Sessions.Single(s => s.SessionName == "finished");
        Proto.ListSessionEventsResponse events = await coordinator.Sessions.ListSessionEventsAsync(
            new() { SessionId = finished.SessionId });
        Assert.Contains(events.Events, e => e.Output?.Text == "done");
        // Its end was not stored, as it was killed.
        Assert.All(
            (await coordinator.Fleet.ListRunnersAsync(new())).Runners, runner => Assert.Equal(Proto.RunnerStatus.Offline, runner.Status));
    }

    [Fact]
    public async Task Runner_ComesBackWithItsRuns_TheyAreStoppedWithProof()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartOnAsync(Write);
        Proto.Run running = await RunOfAsync(coordinator, "running"), stopping = await RunOfAsync(coordinator, "stopping");
        Proto.Run claimed = await RunOfAsync(coordinator, "claimed");
        (string bootId, string journalId) = RunnerOf(coordinator, running.RunId);
        Proto.RunnerHello hello = ScriptedRunner.Hello(running.RunnerId, bootId: bootId, journalId: journalId);
        hello.Runs.AddRange(new[] { running, stopping }
            .Select(run => new Proto.HeldRun { RunId = run.RunId, Epoch = run.Epoch, State = Proto.HeldRunState.Running }));

        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, hello);

        // The stop that was asked of the former coordinator is told again, and the run that was never started is given out anew.
        Proto.StopRun again = await runner.NextStopAsync();
        Assert.Equal((stopping.RunId, stopping.Epoch), (again.RunId, again.Epoch));
        Proto.StartRun anew = await runner.NextStartAsync();
        Assert.Equal((claimed.RunId, claimed.Epoch + 1), (anew.RunId, anew.Epoch));
        await coordinator.StopAsync(running.SessionId);
        Proto.StopRun first = await runner.NextStopAsync();
        Assert.Equal(running.RunId, first.RunId);
        foreach (Proto.StopRun stop in new[] { again, first })
        {
            runner.GoOnAfter(new Proto.StartRun { RunId = stop.RunId, Epoch = stop.Epoch }, Later);
            await runner.EndedAsync(stop.RunId, stop.Epoch, Proto.RunOutcome.Stopped, more: ended => ended.Signal = "SIGTERM");
            Proto.Run stopped = await coordinator.RunWhenAsync(stop.RunId, run => run.Status == Proto.RunStatus.Stopped);
            Assert.Equal((Proto.StopOutcome.Proved, 0), (stopped.Stop.Outcome, stopped.Stop.ProcessesLeft));
        }
    }

    private static async Task<Proto.Run> RunOfAsync(RunningCoordinator coordinator, string sessionName)
    {
        Proto.Session session = (await coordinator.Sessions.ListSessionsAsync(new())).Sessions.Single(s => s.SessionName == sessionName);
        return await coordinator.RunAsync(session.RunId);
    }

    /// <summary>What the runner said of itself when the run was claimed.</summary>
    private static (string BootId, string JournalId) RunnerOf(RunningCoordinator coordinator, string runId)
    {
        using SqliteConnection connection = new(
            $"Data Source={SqliteSetup.FilePath(new() { DataDirectory = coordinator.DataDirectory })};Mode=ReadOnly");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT RunnerBootId, RunnerJournalId FROM Runs WHERE RunId = $run";
        command.Parameters.AddWithValue("$run", runId);
        using SqliteDataReader reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return (reader.GetString(0), reader.GetString(1));
    }

    private static void Write(string dataDirectory)
    {
        using Stream dump = Assembly.GetExecutingAssembly().GetManifestResourceStream("former.sql")!;
        using StreamReader text = new(dump);
        using SqliteConnection connection = new(
            $"Data Source={SqliteSetup.FilePath(new() { DataDirectory = dataDirectory })};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text.ReadToEnd();
        command.ExecuteNonQuery();
    }
}
