using System.Buffers.Binary;
using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Storage;

/// <summary>SQLite's log, when much is written.</summary>
public sealed class LogCheckpointsTests
{
    [Fact]
    public async Task Log_OnceItIsLarge_IsCarriedOverAndBeginsAnew()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "true" })).Session;
        uint before = Rounds(coordinator);
        string line = new('x', 60_000);
        for (int written = 0; written < 20_000_000; written += 10 * line.Length)
            await AppendAsync(coordinator, session, Enumerable.Repeat(line, 10));

        await Eventually.Get(
            async () =>
            {
                await AppendAsync(coordinator, session, ["a small one"]);
                return Rounds(coordinator);
            },
            rounds => rounds > before);

        Proto.SearchSessionEventsResponse found = await coordinator.Sessions.SearchSessionEventsAsync(
            new() { SessionId = session.SessionId, Text = "xxx", MaxResults = 1_000 });
        Assert.Equal(340, found.Sequences.Count);
    }

    /// <summary>How often the log has begun anew, as its header says.</summary>
    private static uint Rounds(RunningCoordinator coordinator)
    {
        using FileStream log = new(
            Path.Combine(coordinator.DataDirectory, SqliteSetup.FileName + "-wal"),
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[16];
        log.ReadExactly(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
    }

    private static Task<bool> AppendAsync(RunningCoordinator coordinator, Proto.Session to, IEnumerable<string> lines) =>
        coordinator.Services.GetRequiredService<Ledger>().ExecuteAsync([LedgerKey.Session(to.SessionId)], async scope =>
        {
            Session session = (await scope.FindSessionAsync(to.SessionId))!;
            foreach (string line in lines)
                scope.Append(session, to.RunId, ScriptedRunner.Line(line));
            return true;
        });
}
