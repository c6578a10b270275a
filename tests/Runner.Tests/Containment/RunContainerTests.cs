using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Cgroups;
using Coordinator.Testing.Waiting;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>Starting, exiting, and output, in each containment.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class RunContainerTests
{
    private static readonly TimeSpan Patience = Timeouts.Default;

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Exited_ExitCode_IsReported(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "exit 125");
        Assert.Equal(new AgentExit(125, null), await run.ExitAsync());
        Assert.True(run.Container.HasAgentExited);
        await TestRun.EventuallyAsync(() => run.Container.Census().IsEmpty, "empty");
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Exited_Signal_IsReported(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "kill -SEGV $$");
        Assert.Equal(new AgentExit(null, "SIGSEGV"), await run.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task HasAgentExited_AgentAliveThenGone_TellsAtOnce(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "echo ready; read line; exit 0");
        await run.ExitAsync();
        await using var sleeper = await TestRun.StartAsync(kind, "echo ready; exec $NAP");
        await sleeper.OutputsAsync("ready");
        Assert.False(sleeper.Container.HasAgentExited);
        sleeper.Container.Kill();
        await TestRun.EventuallyAsync(() => sleeper.Container.HasAgentExited, "exited");
        Assert.Equal(new AgentExit(null, "SIGKILL"), await sleeper.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Interrupt_AgentWithChild_ReachesAgentOnly(string kind)
    {
        await using var run = await TestRun.StartAsync(
            kind, "trap 'echo interrupted; exit 9' INT; sh -c 'trap \"echo child\" INT; echo ready; $NAP' & wait");
        await run.OutputsAsync("ready");
        run.Container.Interrupt();
        Assert.Equal(9, (await run.ExitAsync()).Code);
        await run.KillAndProveAsync();
        Assert.Equal("ready\ninterrupted\n", run.Output.StandardOutput);
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Kill_AgentExitsInTheSameInstant_EndsEmptyEitherWay(string kind)
    {
        for (var i = 0; i < 30; i++)
        {
            await using var run = await TestRun.StartAsync(kind, "read line; exit 5");
            run.Container.Kill();
            var exit = await run.ExitAsync();
            Assert.Contains(exit, (AgentExit[])[new(5, null), new(null, "SIGKILL")]);
            await TestRun.EventuallyAsync(() => run.Container.Census().IsEmpty, "empty");
        }
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task StartAsync_Agent_GetsExactlyWhatItWasGiven(string kind)
    {
        var directory = Directory.CreateTempSubdirectory();
        var input = Path.Combine(directory.FullName, "input");
        await File.WriteAllTextAsync(input, "from the file", TestContext.Current.CancellationToken);
        try
        {
            await using var run = await TestRun.StartAsync(
                kind,
                "cat; echo; pwd; ls -l /proc/self/fd | wc -l; tr '\\0' '\\n' < /proc/$$/environ; "
                + "grep -E '^Sig(Blk|Ign)' /proc/self/status >&2",
                launch => launch with
                {
                    WorkingDirectory = directory.FullName,
                    StandardInputFile = input,
                    Environment = new Dictionary<string, string>
                    {
                        ["PATH"] = "/usr/bin:/bin",
                        ["odd.name"] = "a b",
                        ["COORDINATOR_RUN_ID"] = "forged",
                    },
                });
            Assert.Equal(0, (await run.ExitAsync()).Code);
            await run.DrainedAsync();

            // ls sees its three streams, the directory it reads, and a line with the total.
            Assert.Equal(
                $"from the file\n{directory.FullName}\n5\nCOORDINATOR_RUN_ID={run.RunId}\n"
                + $"COORDINATOR_RUNNER_ID={Machine.RunnerId}\nPATH=/usr/bin:/bin\nodd.name=a b\n",
                run.Output.StandardOutput);

            // Above 31 are the real-time signals; the C library keeps the first two for itself and ignores them here.
            var signals = run.Output.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(2, signals.Length);
            Assert.All(signals, line => Assert.Equal(0, Convert.ToInt64(line.Split('\t')[1], 16) & int.MaxValue));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task StartAsync_CannotStart_SaysWhyAndLeavesNothing(string kind)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, "#!/no/such/interpreter\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            await FailsAsync(kind, l => l with { Program = "/no/such/program" }, "there is no such file");
            await FailsAsync(kind, l => l with { Program = "/etc/passwd" }, "not executable");
            await FailsAsync(kind, l => l with { Program = script }, "interpreter");
            await FailsAsync(kind, l => l with { WorkingDirectory = "/no/such/directory" }, "/no/such/directory");
            await FailsAsync(kind, l => l with { WorkingDirectory = "/etc/passwd" }, "/etc/passwd");
            await FailsAsync(kind, l => l with { StandardInputFile = "/no/such/input" }, "/no/such/input");
            await FailsAsync(kind, l => l with { Arguments = ["-c", new string('x', 300_000)] }, "longer than the system allows");
            await FailsAsync(kind, l => l with { Arguments = ["a\0b"] }, "NUL");
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task StartAsync_DirectoryThatCannotBeEntered_SaysWhy(string kind)
    {
        // A link to itself: not even the superuser, who may enter every directory, gets anywhere with it.
        var parent = Directory.CreateTempSubdirectory();
        var loop = Path.Combine(parent.FullName, "loop");
        File.CreateSymbolicLink(loop, loop);
        await FailsAsync(kind, l => l with { WorkingDirectory = loop }, loop);
        parent.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task StartAsync_Cancelled_LeavesNothing(string kind)
    {
        var containment = await Machine.ContainmentAsync(kind);
        var (runId, marker) = TestRun.NewNames();
        // The process is made all the same, and may be the agent before anybody has looked whether to wait for that.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => containment.StartAsync(
            TestRun.Launch(runId, $"sleep 3600 {marker}", new RecordingOutput()), new CancellationToken(canceled: true)));
        Assert.Empty(Machine.Find(marker));
        await TestRun.EventuallyAsync(() => Machine.Find(runId).Count == 0, "its helper is gone too");
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Output_LineOfHundredMegabytes_ArrivesWhole(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "head -c 100000000 /dev/zero");
        await run.DrainedAsync();
        Assert.Equal(100_000_000, run.Output.Bytes);
        Assert.Equal(0, (await run.ExitAsync()).Code);
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Output_AsFastAsItCan_StopsWithTheRun(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "yes");
        await TestRun.EventuallyAsync(() => run.Output.Bytes > 50_000_000, "much output");
        run.Container.Terminate();
        await run.ExitAsync();
        await run.KillAndProveAsync();
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Output_SinkBlocks_StopAndNoticeOfExitDoNotWait(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "trap 'exit 4' TERM; yes & wait");
        await TestRun.EventuallyAsync(() => run.Output.Bytes > 0, "output");
        run.Output.Open.Reset();
        await TestRun.EventuallyAsync(() => run.Output.IsBlocked, "the sink blocks");

        run.Container.Terminate();
        Assert.Equal(4, (await run.ExitAsync()).Code);
        await TestRun.EventuallyAsync(
            () =>
            {
                run.Container.Kill();
                return run.Container.Census().IsEmpty;
            },
            "empty");
        Assert.False(run.Container.OutputDrained.IsCompleted);

        run.Output.Open.Set();
        await run.DrainedAsync();
    }

    /// <summary>Somebody outside of the run holds its output: this test itself.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Output_HeldOpenFromOutside_IsClosedAfterTheRun(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "echo ready; exec $NAP");
        await run.OutputsAsync("ready");
        await using var holder = new FileStream(
            $"/proc/{run.Container.ProcessId}/fd/1", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await run.KillAndProveAsync();
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Runs_ManyAtOnceAndInARow_LeaveNothingBehind(string kind)
    {
        await using (var first = await TestRun.StartAsync(kind, "exit 0"))
        {
            await first.ExitAsync();
        }

        await Machine.AssertNoZombiesAsync();
        var before = Machine.Descriptors();

        var runs = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            _ => TestRun.StartAsync(kind, "setsid $NAP & (env -i setsid $NAP &) ; $NAP & echo ready; wait")));
        await Task.WhenAll(runs.Select(run => run.OutputsAsync("ready")));
        await Task.WhenAll(runs.Select(run => Task.Run(() => run.Container.Terminate())));
        await Task.WhenAll(runs.Select(run => run.KillAndProveAsync()));
        foreach (var run in runs)
        {
            await run.DisposeAsync();
        }

        await Machine.AssertNoZombiesAsync();
        await TestRun.EventuallyAsync(
            () => Machine.Descriptors().Count <= before.Count,
            () => $"no more descriptors than before; new are: {string.Join(", ", Machine.Descriptors().Except(before))}");
    }

    [Fact]
    public async Task DisposeAsync_CgroupOfARun_IsRemovedAndTheHomeWithItsRunner()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        var runnerId = $"rnr_lone{Environment.ProcessId}";
        var home = OwnCgroup.Find().Child($"coordinator-{runnerId}");
        using (var containment = await Machine.CreateAsync(ContainmentKind.Cgroup, runnerId))
        {
            await using (await containment.StartAsync(
                TestRun.Launch(TestRun.NewNames().RunId, "sleep 3600 & wait", new RecordingOutput()),
                TestContext.Current.CancellationToken))
            {
                Assert.Single(home.Children);
                Machine.RemoveAbandonedCgroups();
                Assert.Single(home.Children);
            }

            Assert.Empty(home.Children);
            Machine.RemoveAbandonedCgroups();
            Assert.True(home.Exists);
        }

        Assert.False(home.Exists);
    }

    /// <summary>As two processes of one runner may, when the one is about to end and the other begins.</summary>
    [Fact]
    public async Task Dispose_HomeThatAnotherHolds_StaysUntilTheLastIsGone()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        var runnerId = $"rnr_twins{Environment.ProcessId}";
        var home = OwnCgroup.Find().Child($"coordinator-{runnerId}");
        var first = await Machine.CreateAsync(ContainmentKind.Cgroup, runnerId);
        var second = await Machine.CreateAsync(ContainmentKind.Cgroup, runnerId);

        first.Dispose();
        first.Dispose();
        Assert.True(home.Exists);
        second.Dispose();

        Assert.False(home.Exists);
    }

    [Fact]
    public async Task Create_HomeOfAKilledRunner_IsRemovedByTheNextUnlessSomethingLivesThere()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        var (runId, marker) = TestRun.NewNames();
        var home = OwnCgroup.Find().Child($"coordinator-rnr_{runId}");
        using (var runner = await PlayedRunner.StartAsync(
            ContainmentKind.Cgroup, $"rnr_{runId}", runId, $"echo ready; exec sleep 3600 {marker}"))
        {
            await runner.KillAsync();
        }

        (await Machine.CreateAsync(ContainmentKind.Cgroup, $"rnr_next{Environment.ProcessId}")).Dispose();
        Assert.NotEmpty(Machine.Find(marker));
        Assert.Single(home.Children);

        Assert.True(home.TryKill(out _));
        await TestRun.EventuallyAsync(() => !home.IsPopulated, "an empty home");
        Assert.Single(home.Children);
        (await Machine.CreateAsync(ContainmentKind.Cgroup, $"rnr_next{Environment.ProcessId}")).Dispose();

        Assert.False(home.Exists);
    }

    /// <summary>The bound is far above what is measured; the numbers are printed.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Terminate_IdleAgent_IsGoneSoon(string kind)
    {
        List<double> starts = [], stops = [], proofs = [];
        for (var i = 0; i < 100; i++)
        {
            var watch = Stopwatch.StartNew();
            await using var run = await TestRun.StartAsync(kind, "exec $NAP");
            starts.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            run.Container.Terminate();
            await run.Container.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);
            stops.Add(watch.Elapsed.TotalMilliseconds);
            while (!run.Container.Census().IsEmpty)
            {
                Assert.True(watch.Elapsed < Patience);
            }

            proofs.Add(watch.Elapsed.TotalMilliseconds);
        }

        foreach (var (name, values) in ((string, List<double>)[])[("start", starts), ("exit noticed", stops), ("proved", proofs)])
        {
            values.Sort();
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{kind} {name}: median {values[50]:F2} ms, p99 {values[98]:F2} ms, max {values[99]:F2} ms");
        }

        Assert.True(proofs[50] < 1000);
    }

    private static async Task FailsAsync(string kind, Func<AgentLaunch, AgentLaunch> change, string expected)
    {
        // The first one opens what all share and keep.
        await Assert.ThrowsAsync<AgentStartException>(() => TestRun.StartAsync(kind, "exit 0", change));
        var before = Machine.Descriptors();
        var failure = await Assert.ThrowsAsync<AgentStartException>(() => TestRun.StartAsync(kind, "exit 0", change));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        await Machine.AssertNoZombiesAsync();
        await TestRun.EventuallyAsync(
            () => Machine.Descriptors().Count <= before.Count,
            () => $"no more descriptors than before; new are: {string.Join(", ", Machine.Descriptors().Except(before))}");
    }
}
