using System.Collections;
using System.Reflection;
using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Coordinator.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Storage;

/// <summary>What the ledger reads by itself is what EF Core reads.</summary>
public sealed class SqliteLedgerStoreTests
{
    [Fact]
    public async Task Read_GivesWhatTheModelSays()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await FillAsync(coordinator);
        var contexts = coordinator.Services.GetRequiredService<IDbContextFactory<CoordinatorDbContext>>();
        await using CoordinatorDbContext db = await contexts.CreateDbContextAsync();
        List<Run> runs = await db.Runs.AsNoTracking().ToListAsync();
        List<Session> sessions = await db.Sessions.AsNoTracking().ToListAsync();
        List<RunText> texts = await db.RunTexts.AsNoTracking().ToListAsync();
        List<RegisteredRunner> runners = await db.Runners.AsNoTracking().ToListAsync();
        LedgerState state = await db.LedgerStates.AsNoTracking().SingleAsync();

        await using SqliteLedgerStore store = Stores.Sqlite(contexts);
        LedgerRead read = await store.ReadAsync(
        [
            .. sessions.Select(s => LedgerKey.Session(s.SessionId)), .. texts.Select(t => LedgerKey.Text(t.RunId)),
            .. runners.Select(r => LedgerKey.Runner(r.RunnerId)), LedgerKey.State, LedgerKey.Run("run_nobody"),
        ]);

        Assert.Equal(
            ((object[])[.. runs, .. sessions, .. texts, .. runners, state]).Select(Describe).Order(StringComparer.Ordinal),
            ((object[])[.. read.Runs, .. read.Sessions, .. read.Texts, .. read.Runners, read.State!]).Select(Describe).Order(StringComparer.Ordinal));
        // What may be missing was there and was not.
        Assert.Contains(runs, r => r.Stop is null);
        Assert.Contains(runs, r => r.Stop is { EndedTime: not null, ExitCode: null, ProcessesLeft: 0 });
        Assert.Contains(runs, r => r is { RunDeadline: not null, RequestId: not null, ExitCode: 3, Demands.Tags.Length: 2 });
    }

    /// <summary>A run that waits, one that was stopped, and one that failed and has whatever a run can have.</summary>
    private static async Task FillAsync(RunningCoordinator coordinator)
    {
        Proto.RunnerHello hello = ScriptedRunner.Hello();
        hello.Tags.Add(["gpu", "arm"]);
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator, hello);
        var (session, stopped) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        await runner.NextStopAsync();
        await runner.EndedAsync(stopped.RunId, stopped.Epoch, Proto.RunOutcome.Stopped);
        await coordinator.RunWhenAsync(stopped.RunId, r => r.EndTime is not null);

        Proto.StartSessionRequest request = Calls.Start();
        request.Demands = new() { RunnerId = ScriptedRunner.DefaultId, Tags = { "gpu", "arm" } };
        (request.RequestId, request.MaxRuntime) = ("request", new() { Seconds = 60 });
        request.Labels.Add("team", "core");
        await coordinator.Sessions.StartSessionAsync(request);
        Proto.StartRun start = await runner.NextStartAsync();
        await runner.StartedAsync(start);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 3, e => e.ResultText = "not good");
        await coordinator.RunWhenAsync(start.RunId, r => r.EndTime is not null);

        request = Calls.Start();
        request.Executor = "nobody-has-this";
        await coordinator.Sessions.StartSessionAsync(request);
    }

    private static string Describe(object? value) => value switch
    {
        null => "nothing",
        string or IFormattable => $"{value}",
        IDictionary map => string.Join(", ", map.Keys.Cast<object>().Select(k => $"{k}={map[k]}")),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Describe))}]",
        _ when value.GetType().IsPrimitive => $"{value}",
        _ => $"{value.GetType().Name} {{ {string.Join(", ", value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(p => $"{p.Name}: {Describe(p.GetValue(value))}"))} }}",
    };
}
