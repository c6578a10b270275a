using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>The runner or a supervisor is killed while a run is alive.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class DeathTests
{
    private const string Family =
        "setsid $NAP & (env -i setsid sh -c '$NAP & exit' &); trap '' TERM HUP; $NAP & sleep 0.05; echo ready; wait";

    [Fact]
    public async Task Supervisor_RunnerKilled_EndsTheRun()
    {
        await Machine.ContainmentAsync(ContainmentKind.Supervisor);
        var (runId, marker) = TestRun.NewNames();
        using var runner = await PlayedRunner.StartAsync(
            ContainmentKind.Supervisor, "rnr_dying", runId, Family.Replace("$NAP", $"sleep 3600 {marker}"));
        Assert.NotEmpty(Machine.Find(marker));

        await runner.KillAsync();

        await TestRun.EventuallyAsync(() => Machine.Find(marker).Count == 0, "nothing left of the run");
        await TestRun.EventuallyAsync(() => Machine.Find(runId).Count == 0, "the supervisor gone");
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task EndSurvivors_RunnerKilled_EndsItsRunsAndNoOthers(string kind)
    {
        await Machine.ContainmentAsync(kind);
        await using var foreign = await TestRun.StartAsync(kind, "echo ready; $NAP");
        await foreign.OutputsAsync("ready");
        var (runId, marker) = TestRun.NewNames();
        var runnerId = $"rnr_{runId}";
        using (var runner = await PlayedRunner.StartAsync(
            kind, runnerId, runId, Family.Replace("$NAP", $"sleep 3600 {marker}")))
        {
            // Both at one stroke, so that no supervisor is left to do the work.
            foreach (var supervisor in Supervisors(runId))
            {
                Assert.True(supervisor.TrySignal(UnixSignal.Stop));
            }

            await runner.KillAsync();
            foreach (var supervisor in Supervisors(runId))
            {
                Assert.True(supervisor.TrySignal(UnixSignal.Kill));
            }
        }

        await TestRun.EventuallyAsync(() => Supervisors(runId).Count == 0, "supervisors gone");
        Assert.NotEmpty(Machine.Find(marker));

        using var next = await Machine.CreateAsync(kind, runnerId);
        var survivors = await next.EndSurvivorsAsync([], false, TestContext.Current.CancellationToken);

        var survivor = Assert.Single(survivors);
        Assert.Equal(runId, survivor.RunId);
        Assert.InRange(survivor.ProcessesEnded, 3, 8);
        Assert.Empty(Machine.Find(TestRun.CookieOf(runId)));
        Assert.False(foreign.Container.HasAgentExited);
        Assert.Empty(await next.EndSurvivorsAsync([], false, TestContext.Current.CancellationToken));
        if (kind == ContainmentKind.Cgroup)
        {
            Assert.Empty(Machine.Find(marker));
        }
        else
        {
            // With runner and supervisor both dead, what cleared its environment can only be found by its marker.
            KillMarked(marker);
        }

        await foreign.KillAndProveAsync();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task EndSurvivors_NumberInTheJournal_IsOnlyThatProcess(int laterStart, bool isTheRun)
    {
        await Machine.ContainmentAsync(ContainmentKind.Supervisor);
        var (runId, marker) = TestRun.NewNames();
        using var process = Process.Start("sleep", ["3600", marker]);
        try
        {
            // What the journal knows had this number; with another start time, somebody else got it since.
            var found = ProcessStat.TryRead(process.Id)!.Value.Identity;
            LeftRun left = new(runId, new() { Processes = [found with { StartTime = found.StartTime - (ulong)laterStart }] });

            using var next = await Machine.CreateAsync(ContainmentKind.Supervisor, $"rnr_{runId}");
            var survivors = await next.EndSurvivorsAsync([left], false, TestContext.Current.CancellationToken);

            Assert.Equal(isTheRun ? [runId] : [], survivors.Select(s => s.RunId));
            Assert.Equal(isTheRun ? 0 : 1, Machine.Find(marker).Count);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Supervisor_Killed_RunIsBrokenAndCanBeEnded()
    {
        await using var run = await TestRun.StartAsync(ContainmentKind.Supervisor, Family);
        await run.OutputsAsync("ready");

        Assert.True(Supervisors(run.RunId).Single().TrySignal(UnixSignal.Kill));
        await TestRun.EventuallyAsync(() => Supervisors(run.RunId).Count == 0, "supervisor gone");
        Assert.Equal("its supervisor was killed", await run.Container.Broken.WaitAsync(TestContext.Current.CancellationToken));
        Assert.False(run.Container.HasAgentExited);

        await run.KillAndProveAsync();
        Assert.Equal("SIGKILL", (await run.ExitAsync()).Signal);
        await Machine.AssertNoZombiesAsync();
    }

    [Fact]
    public async Task Supervisor_KilledAmongOthers_OnlyItsOwnRunEnds()
    {
        await using var run = await TestRun.StartAsync(ContainmentKind.Supervisor, Family);
        await using var other = await TestRun.StartAsync(ContainmentKind.Supervisor, Family);
        await run.OutputsAsync("ready");
        await other.OutputsAsync("ready");
        var expected = Machine.Find(other.Marker).Count;

        Assert.True(Supervisors(run.RunId).Single().TrySignal(UnixSignal.Kill));
        await TestRun.EventuallyAsync(() => Supervisors(run.RunId).Count == 0, "supervisor gone");
        await run.KillAndProveAsync();

        Assert.Equal(expected, Machine.Find(other.Marker).Count);
        Assert.False(other.Container.HasAgentExited);
        await other.KillAndProveAsync();
    }

    [Theory]
    [InlineData(UnixSignal.Terminate)]
    [InlineData(UnixSignal.Interrupt)]
    [InlineData(UnixSignal.HangUp)]
    public async Task Supervisor_AskedToEnd_StaysWithItsRun(int signal)
    {
        await using var run = await TestRun.StartAsync(ContainmentKind.Supervisor, "echo ready; $NAP");
        await run.OutputsAsync("ready");
        Assert.True(Supervisors(run.RunId).Single().TrySignal(signal));
        run.Container.Terminate();
        await run.ExitAsync();
        await TestRun.EventuallyAsync(() => run.Container.Census().IsEmpty, "the supervisor's word that it is empty");
    }

    [Fact]
    public async Task Kill_SupervisorStopped_RunEndsAllTheSame()
    {
        await using var run = await TestRun.StartAsync(ContainmentKind.Supervisor, "echo ready; $NAP");
        await run.OutputsAsync("ready");
        Assert.True(Supervisors(run.RunId).Single().TrySignal(UnixSignal.Stop));
        await run.KillAndProveAsync();
    }

    private static List<ProcessIdentity> Supervisors(string runId) =>
    [
        .. ProcessTable.Enumerate()
            .Where(p => p.IsAlive)
            .Where(p => ProcFile.ReadText(p.Id, "cmdline"u8).EndsWith($"supervise\0{runId}\0", StringComparison.Ordinal))
            .Select(p => p.Identity),
    ];

    private static void KillMarked(string marker)
    {
        foreach (var line in Machine.Find(marker))
        {
            _ = Libc.Kill(int.Parse(line.Split(':')[0]), UnixSignal.Kill);
        }
    }
}
