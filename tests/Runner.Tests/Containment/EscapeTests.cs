using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Cgroups;
using Coordinator.Testing;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>
/// Agents of the runner's own user that leave their container on purpose, again and again. What is found of them is ended, and no
/// proof is claimed: in the long form a thousand times each.
/// </summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class EscapeTests
{
    private const string Threaded = "the cgroup is made one that cannot be killed";

    private static readonly int Repetitions = TestForm.Of(20, 1_000);

    /// <summary>The runner's own cgroup, to which an agent of the same user may write.</summary>
    private static string RunnerCgroup => OwnCgroup.Find().Directory;

    /// <summary>What a shell writes for the directory of its run's cgroup, which is two below the runner's.</summary>
    private static string CgroupOfShell => $"{RunnerCgroup}/$(grep ^0:: /proc/self/cgroup | rev | cut -d / -f 1,2 | rev)";

    /// <summary>Each says "ready" when it is out.</summary>
    private static readonly (string Name, string Kind, Func<string> Script)[] Escapes =
    [
        ("a child without environment moves to the runner's cgroup", ContainmentKind.Cgroup, () =>
            $"env -i PATH=$PATH setsid sh -c 'echo $$ > {RunnerCgroup}/cgroup.procs; echo ready; exec $NAP' & wait"),
        ("the agent itself moves to the runner's cgroup", ContainmentKind.Cgroup, () =>
            $"echo $$ > {RunnerCgroup}/cgroup.procs; echo ready; exec $NAP"),
        ("an orphan with a forged cookie moves to the runner's cgroup", ContainmentKind.Cgroup, () =>
            $"(env COORDINATOR_RUN_ID=run_forged setsid sh -c 'echo $$ > {RunnerCgroup}/cgroup.procs; echo ready; exec $NAP' &); exit 0"),
        ("a sibling that the agent made for itself moves to the runner's cgroup", ContainmentKind.Cgroup, () =>
            // clone with CLONE_PARENT: it is the runner's own child from its first moment.
            $"perl -e 'if (syscall(56, 0x8011, 0, 0, 0, 0) == 0) {{ open(F, \">\", \"{RunnerCgroup}/cgroup.procs\"); print F 0; close(F); " +
            "$| = 1; print \"ready\\n\"; %ENV = (); exec(split(\" \", \"/usr/bin/$NAP\")) } sleep(1)'"),
        ("the cgroup is removed behind the agent", ContainmentKind.Cgroup, () =>
            $"mine={CgroupOfShell}; echo $$ > {RunnerCgroup}/cgroup.procs; rmdir $mine; echo ready; exec $NAP"),
        ("a chain of which each starts the next one and ends", ContainmentKind.Cgroup, () => Chain(pause: "0")),
        ("a chain of which each lives for five milliseconds", ContainmentKind.Cgroup, () => Chain(pause: "0.005")),
        ("a chain of which each has a cgroup of its own beside the run's", ContainmentKind.Cgroup, () => ChainOfCgroups()),
        (Threaded, ContainmentKind.Cgroup, () =>
            $"mine={CgroupOfShell}; echo $$ > {RunnerCgroup}/cgroup.procs; echo threaded > $mine/cgroup.type; " +
            "echo $$ > $mine/cgroup.procs; $NAP & echo ready; exec $NAP"),
        ("an orphan with a forged cookie kills its supervisor", ContainmentKind.Supervisor, () =>
            "(env COORDINATOR_RUN_ID=run_forged setsid sh -c \"sleep 0.1; kill -9 $PPID; $NAP & echo ready; exec $NAP\" &); exec $NAP"),
        ("an orphan without environment kills its supervisor", ContainmentKind.Supervisor, () =>
            "(env -i PATH=$PATH setsid sh -c \"sleep 0.1; kill -9 $PPID; $NAP & echo ready; exec $NAP\" &); exit 0"),
    ];

    /// <summary>What starts times of processes are told apart by.</summary>
    private static TimeSpan KernelTick => TimeSpan.FromMilliseconds(20);

    public static TheoryData<string> Names() => [.. Escapes.Select(escape => escape.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Prove_AgentThatLeftItsContainer_IsEndedAndNotProved(string name)
    {
        (_, string kind, Func<string> script) = Escapes.Single(escape => escape.Name == name);
        await Machine.ContainmentAsync(kind);
        for (int i = 0; i < Repetitions; i++)
        {
            await using TestRun run = await TestRun.StartAsync(kind, script());
            await run.OutputsAsync("ready");

            await run.KillUntilEmptyAsync();

            run.AssertNothingLeft();
            run.AssertBroken();
        }

        await Machine.AssertNoZombiesAsync();
    }

    /// <summary>Before the supervisor could say that there is an agent.</summary>
    [Fact]
    public async Task Start_AgentKillsItsSupervisorAtOnce_NothingIsLeftInTheEnd()
    {
        await Machine.ContainmentAsync(ContainmentKind.Supervisor);
        for (int i = 0; i < Repetitions; i++)
        {
            (_, string marker) = TestRun.NewNames();
            try
            {
                await using TestRun run = await TestRun.StartAsync(
                    ContainmentKind.Supervisor, $"kill -9 $PPID; (env -i setsid /bin/sleep 3600 {marker} &); exec $NAP");
                await run.KillUntilEmptyAsync();
            }
            catch (AgentStartException)
            {
                // It was too early for the agent to count as started.
            }

            Assert.Empty(Machine.Find(marker));
        }

        await Machine.AssertNoZombiesAsync();
    }

    /// <summary>Into the neighbour's, which the kernel lets it enter.</summary>
    [Fact]
    public async Task Prove_AgentSeenInItsContainerHidesInAnothers_IsEndedAndNotProved()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        await using TestRun neighbour = await TestRun.StartAsync(ContainmentKind.Cgroup, "exec $NAP");
        string hideout = neighbour.Container.Trace.CgroupDirectory;
        await using TestRun run = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"env -i PATH=$PATH setsid sh -c 'sleep 3; echo $$ > {hideout}/cgroup.procs; echo ready; exec $NAP' & wait");
        await run.OutputsAsync("ready");

        await run.KillUntilEmptyAsync();

        run.AssertNothingLeft();
        run.AssertBroken();
        neighbour.AssertNotBroken();
        await neighbour.KillAndProveAsync();
    }

    /// <summary>What is seen of it in the neighbour's cgroup makes it nobody's.</summary>
    [Fact]
    public async Task Prove_OrphanPassedThroughTheNeighboursContainer_IsEndedAndTheNeighbourIsProved()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        await using TestRun neighbour = await TestRun.StartAsync(ContainmentKind.Cgroup, "exec $NAP");
        string hideout = neighbour.Container.Trace.CgroupDirectory;
        await using TestRun run = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"(env -i PATH=$PATH setsid sh -c 'echo $$ > {hideout}/cgroup.procs; sleep 3; echo $$ > {RunnerCgroup}/cgroup.procs; " +
            "echo ready; exec $NAP' &); exec $NAP");
        await run.OutputsAsync("ready");

        await run.KillUntilEmptyAsync();

        run.AssertNothingLeft();
        neighbour.AssertNotBroken();
        await neighbour.KillAndProveAsync();
        neighbour.AssertNotBroken();
    }

    /// <summary>The first one that is stopped is not the one that an orphan has to come from.</summary>
    [Fact]
    public async Task Prove_NeighbourOfOneThatWasSeenToLeave_IsProvedAndTheOtherIsBroken()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        await using TestRun neighbour = await TestRun.StartAsync(ContainmentKind.Cgroup, "echo ready; exec $NAP");
        await using TestRun hostile = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"(env -i PATH=$PATH sh -c 'echo $$ > {RunnerCgroup}/cgroup.procs; echo ready; exec $NAP' &); exec $NAP");
        await Task.WhenAll(hostile.OutputsAsync("ready"), neighbour.OutputsAsync("ready"));
        await hostile.SleepsAsync(2);

        await neighbour.KillAndProveAsync();

        neighbour.AssertNotBroken();
        hostile.AssertBroken();
        Assert.Equal(2, hostile.CountSleeping());
        await hostile.KillUntilEmptyAsync();
        hostile.AssertNothingLeft();
    }

    [Fact]
    public async Task Prove_OrphanIsOlderThanTheRun_IsProved()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        await using TestRun hostile = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"(env -i PATH=$PATH setsid sh -c 'echo $$ > {RunnerCgroup}/cgroup.procs; echo ready; exec $NAP' &); exec $NAP");
        await hostile.OutputsAsync("ready");
        await Task.Delay(KernelTick, TimeProvider.System, TestContext.Current.CancellationToken);
        await using TestRun run = await TestRun.StartAsync(ContainmentKind.Cgroup, "echo ready; exec $NAP");
        await run.OutputsAsync("ready");

        await run.KillAndProveAsync();

        run.AssertNotBroken();
        await hostile.KillUntilEmptyAsync();
        hostile.AssertNothingLeft();
        hostile.AssertBroken();
    }

    /// <summary>With this one's cookie, so that it looks as if it had left this one.</summary>
    [Fact]
    public async Task Prove_NeighbourLeavesWithItsCookie_IsProved()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        await using TestRun run = await TestRun.StartAsync(ContainmentKind.Cgroup, "echo ready; exec $NAP");
        await using TestRun forger = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"env COORDINATOR_RUN_ID={run.RunId} setsid sh -c 'sleep 3; echo $$ > {RunnerCgroup}/cgroup.procs; echo ready; exec $NAP' & wait");
        await Task.WhenAll(run.OutputsAsync("ready"), forger.OutputsAsync("ready"));

        await run.KillUntilEmptyAsync();

        run.AssertNotBroken();
        Assert.Empty(Machine.Find(run.Marker));
        await forger.KillUntilEmptyAsync();
        forger.AssertNothingLeft();
        forger.AssertBroken();
    }

    /// <summary>They belong to the agent as much as to a runner that is not root.</summary>
    [Fact]
    public async Task Prove_FilesOfTheCgroupMadeUnusable_IsEndedAndProvedByRootAlone()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        await using TestRun run = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"cd {CgroupOfShell}; mkdir below; chmod 000 cgroup.kill cgroup.events cgroup.procs below .; (setsid $NAP &); echo ready; exec $NAP");
        await run.OutputsAsync("ready");

        await run.KillUntilEmptyAsync();

        run.AssertNothingLeft();
        Assert.Equal(!Environment.IsPrivilegedProcess, run.Container.Broken.IsCompleted);
        await run.Container.DisposeAsync();
        Assert.False(Directory.Exists(run.Container.Trace.CgroupDirectory));
    }

    /// <summary>The kernel does not tell the place of what is nested so deep, and no path reaches it.</summary>
    [Fact]
    public async Task Prove_CgroupsNestedDeeperThanAnyPath_AllAreProvedAndNothingStays()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        await using TestRun deep = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"cd {CgroupOfShell} && exec perl -e 'use POSIX; $name = \"d\" x 250; for (1..40) {{ mkdir($name); chdir($name) or die $! }} " +
            "open(F, \">\", \"cgroup.procs\"); if (fork == 0) { print F 0; close(F); exit if fork; POSIX::setsid(); %ENV = (); $| = 1; " +
            "print \"ready\n\"; exec(split(\" \", \"/usr/bin/$NAP\")) } exec(split(\" \", \"/usr/bin/$NAP\"))'");
        await using TestRun neighbour = await TestRun.StartAsync(ContainmentKind.Cgroup, "(setsid $NAP &); echo ready; exec $NAP");
        await Task.WhenAll(deep.OutputsAsync("ready"), neighbour.OutputsAsync("ready"));

        await neighbour.KillAndProveAsync();

        neighbour.AssertNotBroken();
        deep.AssertNotBroken();
        await deep.KillAndProveAsync();
        deep.AssertNotBroken();
        await deep.Container.DisposeAsync();
        Assert.False(Directory.Exists(deep.Container.Trace.CgroupDirectory));
    }

    /// <summary>All of them share what is looked at.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Prove_ManyAtATime_NothingOfAProvedOneIsAlive(string kind)
    {
        const string Friendly = "(setsid $NAP &); $NAP & echo ready; wait";
        await Machine.ContainmentAsync(kind);
        IEnumerable<string> scripts = Escapes.Where(escape => escape.Kind == kind).Select(escape => escape.Script())
            .Concat(Enumerable.Repeat(Friendly, 6));
        TestRun[] runs = await Task.WhenAll(scripts.Select(script => TestRun.StartAsync(kind, script)));
        try
        {
            await Task.WhenAll(runs.Select(run => run.OutputsAsync("ready")));

            await Task.WhenAll(runs.Select(async run =>
            {
                await run.KillUntilEmptyAsync();
                run.AssertNothingLeft();
            }));
        }
        finally
        {
            foreach (TestRun run in runs)
                await run.DisposeAsync();
        }

        await Machine.AssertNoZombiesAsync();
    }

    /// <summary>Whoever can be made to look like another one could have it killed, or keep it from its proof.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Prove_NeighbourForgesItsCookie_IsProvedAndTheNeighbourGoesOn(string kind)
    {
        await using TestRun run = await TestRun.StartAsync(kind, "$NAP & echo ready; wait");
        await using TestRun forger = await TestRun.StartAsync(
            kind, $"env COORDINATOR_RUN_ID={run.RunId} sh -c '(setsid $NAP &); $NAP & echo ready; wait'");
        await Task.WhenAll(run.OutputsAsync("ready"), forger.OutputsAsync("ready"));
        await forger.SleepsAsync(2);

        await run.KillUntilEmptyAsync();

        Assert.Empty(Machine.Find(run.Marker));
        run.AssertNotBroken();
        Assert.Equal(2, forger.CountSleeping());
        await forger.KillAndProveAsync();
        forger.AssertNotBroken();
    }

    /// <summary>Neither what a neighbour orphans nor what it does while it starts is any of this run's business.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Prove_NeighboursStartAndOrphanMeanwhile_IsProved(string kind)
    {
        const string Friendly = "for i in 1 2 3 4 5; do (setsid sleep 0.0$i &); done; (setsid $NAP &); echo ready; $NAP & wait";
        await Machine.ContainmentAsync(kind);
        for (int i = 0; i < Repetitions; i++)
        {
            await using TestRun run = await TestRun.StartAsync(kind, Friendly);
            await run.OutputsAsync("ready");
            Task<TestRun> starting = TestRun.StartAsync(kind, Friendly);

            await run.KillAndProveAsync();

            await using TestRun neighbour = await starting;
            run.AssertNotBroken();
            await neighbour.OutputsAsync("ready");
            await neighbour.KillAndProveAsync();
            neighbour.AssertNotBroken();
        }
    }

    /// <summary>As <c>at</c>, a service manager or a terminal server does, which somebody else started long before.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Prove_DaemonStartedAProcessForTheAgent_IsEndedAndNotProved(string kind)
    {
        await Machine.ContainmentAsync(kind);
        await using Daemon daemon = await Daemon.StartAsync();
        for (int i = 0; i < Repetitions; i++)
        {
            await using TestRun run = await TestRun.StartAsync(
                kind, $"{daemon.Ask("env COORDINATOR_RUN_ID=$COORDINATOR_RUN_ID COORDINATOR_RUNNER_ID=$COORDINATOR_RUNNER_ID $NAP")}; echo ready; $NAP");
            await run.OutputsAsync("ready");
            await run.SleepsAsync(2);

            await run.KillUntilEmptyAsync();

            run.AssertNothingLeft();
            run.AssertBroken();
            Assert.True(daemon.IsGoingOn);
        }
    }

    /// <summary>One that leaves must not take the proof of another one with it.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Prove_NeighbourOfAnAgentThatLeft_IsProved(string kind)
    {
        const string Friendly = "(setsid $NAP &); $NAP & echo ready; wait";
        await Machine.ContainmentAsync(kind);
        foreach ((string name, _, Func<string> script) in Escapes.Where(escape => escape.Kind == kind))
        {
            // Beside a cgroup that is threaded no other one can be entered: nothing starts until that one is gone.
            bool keepsOthersFromStarting = name == Threaded;
            await using TestRun first = await TestRun.StartAsync(kind, keepsOthersFromStarting ? Friendly : script());
            await using TestRun second = await TestRun.StartAsync(kind, keepsOthersFromStarting ? script() : Friendly);
            (TestRun hostile, TestRun neighbour) = keepsOthersFromStarting ? (second, first) : (first, second);
            await Task.WhenAll(hostile.OutputsAsync("ready"), neighbour.OutputsAsync("ready"));
            await hostile.KillUntilEmptyAsync();

            await neighbour.KillAndProveAsync();

            neighbour.AssertNotBroken();
        }
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Prove_AgentThatStays_IsProved(string kind)
    {
        await using TestRun run = await TestRun.StartAsync(kind, "(env -i setsid $NAP &); setsid $NAP & $NAP & echo ready; wait");
        await run.OutputsAsync("ready");

        await run.KillAndProveAsync();

        run.AssertNotBroken();
    }

    /// <summary>Who kills the cgroup would kill itself.</summary>
    [Fact]
    public async Task Kill_RunnerWasMovedIntoTheRun_LivesAndReturns()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        string own = await File.ReadAllTextAsync("/proc/self/cgroup", TestContext.Current.CancellationToken);
        await using TestRun run = await TestRun.StartAsync(
            ContainmentKind.Cgroup,
            $"echo {Environment.ProcessId} > {CgroupOfShell}/cgroup.procs; echo ready; exec $NAP");
        await run.OutputsAsync("ready");

        await run.KillUntilEmptyAsync();

        run.AssertNothingLeft();
        Assert.Equal(own, await File.ReadAllTextAsync("/proc/self/cgroup", TestContext.Current.CancellationToken));
        run.AssertBroken();
    }

    /// <summary>It ends by itself if nobody catches it.</summary>
    private static string Chain(string pause) =>
        $"perl -e 'use POSIX; open(F, \">\", \"{RunnerCgroup}/cgroup.procs\"); print F 0; close(F); $| = 1; print \"ready\\n\"; " +
        $"%ENV = (); $end = time + 60; $name = \"$NAP\"; while (time < $end) {{ exit if fork; POSIX::setsid(); select(undef, undef, undef, {pause}) }}' & wait";

    /// <summary>As <see cref="Chain"/>; each makes a cgroup that looks like a run's, enters it, and removes that of the one before.</summary>
    private static string ChainOfCgroups() =>
        $"perl -e 'use POSIX; $home = \"'$(dirname {CgroupOfShell})'\"; $| = 1; %ENV = (); $end = time + 60; $name = \"$NAP\"; " +
        "for ($i = 0; time < $end; $i++) { mkdir(\"$home/run_$i\"); open(F, \">\", \"$home/run_$i/cgroup.procs\"); print F 0; close(F); " +
        "print \"ready\\n\" if $i == 1; rmdir(\"$home/run_\" . ($i - 1)); exit if fork; POSIX::setsid() }' & wait";
}
