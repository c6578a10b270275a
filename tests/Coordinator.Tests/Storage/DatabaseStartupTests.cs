using System.Runtime.Versioning;
using Coordinator.Hosting;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Sessions;
using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Coordinator.Testing;
using Coordinator.Testing.Logs;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Hosting;
using Coordinator.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator.Tests.Storage;

public sealed class DatabaseStartupTests
{
    [Fact]
    public async Task Start_WithoutDatabase_CreatesItForItsOwnerAlone()
    {
        using TestFiles files = new();

        await StartAndStopAsync(files);

        Assert.True(File.Exists(Database(files)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(TestHost.DataDirectory(files)));
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Start_DirectoryThatOthersMayEnter_IsRefusedWithWhatToDo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        using TestFiles files = new();
        string directory = files.CreateDirectory("data");
        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        StartException refusal = await Assert.ThrowsAsync<StartException>(() => StartAndStopAsync(files));

        Assert.Equal(StartException.Environment, refusal.ExitCode);
        Assert.Contains($"`chmod 700 {directory}`", refusal.Message, StringComparison.Ordinal);
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await StartAndStopAsync(files);
    }

    [Fact]
    public async Task Start_AfterKilledMigration_RemovesItsLockAndMigrates()
    {
        using TestFiles files = new();
        files.CreateDirectory("data");
        // What EF Core leaves behind when the process is killed between its lock and its first migration.
        Execute(files, """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL)""");
        Execute(files, """INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00')""");
        using ErrorLogGuard log = new();

        await StartAndStopAsync(files, log);

        Assert.Contains(log.Records, r => r.EventId.Id == 1102);
        Assert.Equal(0L, Scalar(files, """SELECT COUNT(*) FROM "__EFMigrationsLock" """));
        Assert.NotEqual(0L, Scalar(files, """SELECT COUNT(*) FROM "__EFMigrationsHistory" """));
    }

    [Fact]
    public async Task Start_WithLockButNothingToMigrate_DoesNotWaitForIt()
    {
        using TestFiles files = new();
        await StartAndStopAsync(files);
        Execute(files, """INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00')""");

        await StartAndStopAsync(files);
    }

    [Fact]
    public async Task Start_OnDatabaseFromBeforeSessionsWereCounted_CountsThem()
    {
        using TestFiles files = new();
        files.CreateDirectory("data");
        await using (CoordinatorDbContext db = new(
            new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={Database(files)};Pooling=False").Options))
        {
            await db.GetService<IMigrator>().MigrateAsync("Initial", TestContext.Current.CancellationToken);
        }

        for (int i = 0; i < 3; i++)
        {
            Execute(files, $$"""
                INSERT INTO "Sessions" VALUES ('ses_{{i}}', '', 'Stopped', '', '', '', '', '', '', '{}', 0, 0, {{i}}, 0, '', '', '[]')
                """);
        }

        await using WebApplication app = TestHost.Build(files, builder => builder.Logging.AddProvider(new ErrorLogGuard()));
        await app.StartAsync().WithTimeout();

        Assert.Equal(3, app.Services.GetRequiredService<SessionCount>().Value);
        Assert.Equal(2, app.Services.GetRequiredService<SessionFeed>().Revision);
        await app.StopAsync().WithTimeout();
    }

    [Fact]
    public async Task Start_OnDatabaseWithStopsFromBefore_KeepsThem()
    {
        using TestFiles files = new();
        files.CreateDirectory("data");
        await using (CoordinatorDbContext db = new(
            new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={Database(files)};Pooling=False").Options))
        {
            await db.GetService<IMigrator>().MigrateAsync("KeepSessionsInOrder", TestContext.Current.CancellationToken);
        }

        foreach (string status in (string[])["Stopping", "Stopped"])
        {
            Execute(files, $"""
                INSERT INTO "Runs" ("RunId", "SessionId", "Status", "Resumed", "Executor", "RunnerId", "Hostname", "RunnerBootId", "Epoch", "LastReportSequence",
                    "CreateTime", "QueueTimeout", "QueueDeadline", "FailureReason", "FailureMessage", "PendingReason", "Version",
                    "Demands_RunnerId", "Demands_Hostname", "Demands_Tags", "Stop_RequestedTime", "Stop_RequestedBy", "Stop_Reason", "Stop_GracePeriod",
                    "Stop_Force", "Stop_Signal", "Stop_Escalated", "Stop_ProcessesEnded", "Stop_Outcome", "Stop_ClockAdjusted", "Stop_Detail")
                VALUES ('run_{status}', 'ses_1', '{status}', 0, 'command', 'rnr_1', '', 'boot', 1, 0, 1, 1, 1, '', '', '', 1, '', '', '[]',
                    5, 'somebody', 'because', 7, 0, '', 0, 0, 'InProgress', 0, '')
                """);
        }

        await StartAndStopAsync(files);

        await using CoordinatorDbContext after = new(
            new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={Database(files)};Pooling=False").Options);
        foreach (Run run in await after.Runs.ToListAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(
                ("somebody", "because", false, "", StopWait.Nothing),
                (run.Stop?.RequestedBy, run.Stop?.Reason, run.Stop?.IncludeChildren, run.Stop?.OperationId, run.Stop?.WaitingFor));
            Assert.Equal("", run.RunnerJournalId);
        }
    }

    [Fact]
    public async Task Start_OnDatabaseFromBeforeUsageWasKept_KeepsItsRunsAndKnowsNothingOfThat()
    {
        using TestFiles files = new();
        files.CreateDirectory("data");
        await using (CoordinatorDbContext db = new(
            new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={Database(files)};Pooling=False").Options))
        {
            await db.GetService<IMigrator>().MigrateAsync("KeepWhatHappened", TestContext.Current.CancellationToken);
        }

        Execute(files, """
            INSERT INTO "Runs" ("RunId", "SessionId", "Status", "Resumed", "Executor", "RunnerId", "Hostname", "RunnerBootId", "RunnerJournalId", "Epoch", "LastReportSequence",
                "CreateTime", "QueueTimeout", "QueueDeadline", "FailureReason", "FailureMessage", "PendingReason", "Version",
                "Demands_RunnerId", "Demands_Hostname", "Demands_Tags")
            VALUES ('run_1', 'ses_1', 'Completed', 0, 'command', 'rnr_1', '', 'boot', '', 1, 0, 1, 1, 1, '', '', '', 1, '', '', '[]')
            """);
        Execute(files, """
            INSERT INTO "Sessions" ("SessionId", "Name", "Status", "AgentName", "Executor", "ProjectDir", "ParentSessionId", "RunId", "ExecutorSessionId",
                "Labels", "CreateTime", "UpdateTime", "Revision", "LastEventSequence", "Demands_RunnerId", "Demands_Hostname", "Demands_Tags")
            VALUES ('ses_1', 'before', 'Finished', '', 'command', '', '', 'run_1', 'conversation', '{}', 1, 1, 1, 0, '', '', '[]')
            """);

        await StartAndStopAsync(files);

        await using CoordinatorDbContext after = new(
            new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={Database(files)};Pooling=False").Options);
        Run run = await after.Runs.SingleAsync(TestContext.Current.CancellationToken);
        Session session = await after.Sessions.SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal((Usage.None, null, 0, false), (run.Usage, run.ResultTime, run.ProcessesEnded, run.EndedAfterResult));
        Assert.Empty(run.EndedCommands);
        Assert.Equal((Usage.None, null), (session.EarlierUsage, session.ConversationUsage));
        await using SqliteLedgerStore store = Stores.Sqlite(new Contexts(Database(files)));
        LedgerRead read = await store.ReadAsync([LedgerKey.Run("run_1")]);
        Assert.Equal(Usage.None, Assert.Single(read.Runs).Usage);
        Assert.Null(SessionMapping.ToProto(Assert.Single(read.Sessions), run).Usage);
    }

    [Fact]
    public async Task Start_OnDatabaseWithRunnersFromBefore_TakesTheirExecutorsForAvailable()
    {
        using TestFiles files = new();
        files.CreateDirectory("data");
        await using (CoordinatorDbContext db = new(
            new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={Database(files)};Pooling=False").Options))
        {
            await db.GetService<IMigrator>().MigrateAsync("KeepWhatHappened", TestContext.Current.CancellationToken);
        }

        foreach (string executors in (string[])["[]", """["command","claude-code"]"""])
        {
            Execute(files, $"""
                INSERT INTO "Runners" ("RunnerId", "BootId", "Name", "Hostname", "ProjectDir", "Executors", "Tags", "Capacity", "RunnerVersion", "Containment",
                    "Epoch", "Draining", "DrainReason", "DrainRequestedBy", "ConnectTime", "DisconnectTime")
                VALUES ('rnr_{executors.Length}', 'boot', 'old', '', '', '{executors}', '[]', 1, '', '', 1, 0, '', '', 1, 1)
                """);
        }

        await StartAndStopAsync(files);

        await using CoordinatorDbContext after = new(
            new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={Database(files)};Pooling=False").Options);
        List<RegisteredRunner> runners = await after.Runners.OrderBy(r => r.RunnerId).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Empty(runners[0].ExecutorInfos);
        Assert.Equal(["command", "claude-code"], runners[1].Executors);
        Assert.Equal(
            [new ExecutorInfo { Name = "claude-code", Available = true }, new ExecutorInfo { Name = "command", Available = true }],
            runners[1].ExecutorInfos);
    }

    [Fact]
    public async Task Start_OnDirectoryOfAnotherCoordinator_IsRefused()
    {
        using TestFiles files = new();
        await using WebApplication first = TestHost.Build(files);
        await first.StartAsync(TestContext.Current.CancellationToken).WithTimeout();

        StartFailure failure = await TestHost.FailsAsync(files).WithTimeout();

        Assert.Equal(StartException.Environment, failure.ExitCode);
        Assert.Contains("Another coordinator works on", Assert.Single(failure.Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterTheOtherHasEnded_TakesTheDirectory()
    {
        using TestFiles files = new();

        await StartAndStopAsync(files);
        await StartAndStopAsync(files);
    }

    [Fact]
    public async Task Start_OnDatabaseOfNewerProgram_IsRefused()
    {
        using TestFiles files = new();
        await StartAndStopAsync(files);
        Execute(files, """INSERT INTO "__EFMigrationsHistory" VALUES ('99991231235959_FromTheFuture', '99.0.0')""");

        StartFailure failure = await TestHost.FailsAsync(files).WithTimeout();

        Assert.Equal(StartException.Environment, failure.ExitCode);
        Assert.Contains(
            "newer coordinator (it has the migration 99991231235959_FromTheFuture)",
            Assert.Single(failure.Sentences),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnDamagedDatabase_IsRefusedAndLeavesItAlone()
    {
        using TestFiles files = new();
        files.Write(Path.Combine("data", SqliteSetup.FileName), "This is not a database, whatever its name may say.");
        byte[] before = await File.ReadAllBytesAsync(Database(files), TestContext.Current.CancellationToken);

        StartFailure failure = await TestHost.FailsAsync(files).WithTimeout();

        Assert.Equal(StartException.Environment, failure.ExitCode);
        Assert.Contains("is damaged", Assert.Single(failure.Sentences), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Database(files), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_WhereNoDirectoryCanBe_IsRefused()
    {
        using TestFiles files = new();
        files.Write("data", "a file, where the directory should be");

        StartFailure failure = await TestHost.FailsAsync(files).WithTimeout();

        Assert.Equal(StartException.Environment, failure.ExitCode);
        Assert.Contains("cannot be written", Assert.Single(failure.Sentences), StringComparison.Ordinal);
    }

    private static async Task StartAndStopAsync(TestFiles files, ErrorLogGuard? log = null)
    {
        await using WebApplication app = TestHost.Build(files, builder => builder.Logging.AddProvider(log ?? new ErrorLogGuard()));
        await app.StartAsync().WithTimeout();
        await app.StopAsync().WithTimeout();
    }

    private sealed class Contexts(string database) : IDbContextFactory<CoordinatorDbContext>
    {
        public CoordinatorDbContext CreateDbContext() =>
            new(new DbContextOptionsBuilder<CoordinatorDbContext>().UseSqlite($"Data Source={database};Pooling=False").Options);
    }

    private static string Database(TestFiles files) => Path.Combine(TestHost.DataDirectory(files), SqliteSetup.FileName);

    private static void Execute(TestFiles files, string sql) => Scalar(files, sql);

    private static object? Scalar(TestFiles files, string sql)
    {
        using SqliteConnection connection = new($"Data Source={Database(files)};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
