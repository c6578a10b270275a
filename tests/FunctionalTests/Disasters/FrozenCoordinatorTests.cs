using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.FunctionalTests.Disasters;

/// <summary>The coordinator hangs while agents write as much as they can.</summary>
public sealed class FrozenCoordinatorTests
{
    private const int LinesPerSecond = 10_000;
    private const long RunnerBound = 400_000_000;
    private const long CoordinatorBound = 800_000_000;

    private static readonly int Runs = TestForm.Of(4, 20);
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(TestForm.Of(6, 30));
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(TestForm.Of(1, 5));

    [Fact]
    public async Task Output_WhileTheCoordinatorHangs_StaysInOrderAndMemoryWithinBounds()
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(files);
        await using RunnerProcess runner = RunnerProcess.Start(new RunnerSettings
        {
            WorkingDirectory = files.CreateDirectory("runner"),
            Coordinator = coordinator.GrpcAddress,
            Environment = new Dictionary<string, string> { ["Runner__Capacity"] = $"{Runs}" },
        });
        await coordinator.WaitForRunnerAsync("test");
        string talk = $"i=0; while :; do seq $((i+1)) $((i+{LinesPerSecond / 10})); i=$((i+{LinesPerSecond / 10})); sleep 0.1; done";
        List<Proto.Session> sessions = [];
        for (int i = 0; i < Runs; i++)
            sessions.Add((await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = talk })).Session);
        foreach (Proto.Session session in sessions)
            await Eventually.Get(() => RunAsync(coordinator, session), r => r.Status == Proto.RunStatus.Running, Patience);

        coordinator.Freeze();
        await Task.Delay(Frozen, TimeProvider.System, TestContext.Current.CancellationToken);
        long runnerBytes = MemoryOf(runner);
        coordinator.Thaw();
        await Eventually.Get(async () => (await coordinator.Sessions.StopSessionsAsync(new() { Filter = new() }).ResponseAsync.WithTimeout(Patience)).Outcomes.Count, count => count == Runs, Patience);
        foreach (Proto.Session session in sessions)
            await Eventually.Get(() => RunAsync(coordinator, session), r => r.Status == Proto.RunStatus.Stopped, Patience);

        Assert.InRange(runnerBytes, 0, RunnerBound);
        Assert.InRange(MemoryOf(runner), 0, RunnerBound);
        Assert.InRange(MemoryOf(coordinator), 0, CoordinatorBound);
        long told = 0, skipped = 0;
        foreach (Proto.Session session in sessions)
        {
            (long Told, long Skipped) lines = await ReadAsync(coordinator, session);
            told += lines.Told;
            skipped += lines.Skipped;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Runs} runs, {told:N0} lines told and {skipped:N0} skipped; the runner took {runnerBytes / 1e6:0} MB while the coordinator hung, and that {MemoryOf(coordinator) / 1e6:0} MB at the end.");
    }

    /// <summary>
    /// Every line is there in order, or a mark says how many are not. The last may be the beginning of one: the stop ends the agent
    /// while it writes.
    /// </summary>
    private static async Task<(long Told, long Skipped)> ReadAsync(CoordinatorProcess coordinator, Proto.Session session)
    {
        long next = 1, sequence = 0, skipped = 0;
        string? cutOff = null;
        using var call = coordinator.Sessions.WatchSessionEvents(new() { SessionId = session.SessionId });
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())
        {
            foreach (Proto.SessionEvent one in call.ResponseStream.Current.Events)
            {
                Assert.Equal(++sequence, one.Sequence);
                if (one.Output is not { } output)
                    continue;
                Assert.Null(cutOff);
                if (output.SkippedLines == 0 && output.Text != $"{next}")
                {
                    Assert.StartsWith(output.Text, $"{next}", StringComparison.Ordinal);
                    cutOff = output.Text;
                    continue;
                }

                next += Math.Max(1, output.SkippedLines);
                skipped += output.SkippedLines;
            }
        }

        return (next - 1 - skipped, skipped);
    }

    private static long MemoryOf(ProgramProcess program) =>
        File.ReadLines($"/proc/{program.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
            ? long.Parse(kilobytes) * 1024
            : 0;

    private static async Task<Proto.Run> RunAsync(CoordinatorProcess coordinator, Proto.Session session) =>
        (await coordinator.Runs.GetRunAsync(new() { RunId = session.RunId })).Run;
}
