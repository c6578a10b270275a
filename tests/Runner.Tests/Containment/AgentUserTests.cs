using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Cgroups;
using Coordinator.AgentRunner.Containment.Users;
using Coordinator.Testing;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>Agents with a user for themselves: whatever they do, nothing of that user is alive when their run is proved to be over.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class AgentUserTests : IDisposable
{
    private static readonly int Repetitions = TestForm.Of(20, 1_000);

    private static readonly (string Name, string Script)[] Escapes =
    [
        ("moves to the runner's cgroup", $"(env -i setsid sh -c 'echo $$ > {OwnDirectory()}/cgroup.procs; echo ready; exec $NAP' 2>/dev/null &); echo ready; wait; $NAP"),
        ("kills its parent, with a forged cookie", "(env COORDINATOR_RUN_ID=run_forged setsid $NAP &); kill -9 $PPID 2>/dev/null; echo ready; exec $NAP"),
        ("kills everybody that it may", "echo ready; trap '' TERM; while :; do (setsid sh -c 'while :; do kill -9 -1 2>/dev/null; done' &); kill -9 -1 2>/dev/null; done"),
        ("forks without end", "echo ready; f() { f | f & }; f; while :; do (setsid $NAP &); done 2>/dev/null"),
        ("hides in namespaces of its own", "unshare -Urpf setsid $NAP & echo ready; unshare -Um $NAP; $NAP"),
    ];

    private readonly AgentUsers _users = new();

    private TestFiles Files => _users.Files;

    public static TheoryData<string, string> All()
    {
        TheoryData<string, string> data = [];
        foreach (string kind in Linux.Kinds)
        {
            foreach ((string name, _) in Escapes)
                data.Add(kind, name);
        }

        return data;
    }

    public void Dispose() => _users.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public async Task Prove_TwoHostileAgentsSideBySide_NothingOfThemIsAlive(string kind, string name)
    {
        string script = Escapes.Single(escape => escape.Name == name).Script;
        using UserContainment containment = await _users.ContainmentAsync(kind, users: 3);
        for (int i = 0; i < Repetitions; i++)
        {
            await using TestRun one = await TestRun.StartAsync(containment, script);
            await using TestRun other = await TestRun.StartAsync(containment, script);
            await Task.WhenAll(one.OutputsAsync("ready"), other.OutputsAsync("ready"));

            await one.KillUntilEmptyAsync();

            Assert.Empty(ProcessesOf(UserOf(one)));
            Assert.False(one.Container.Broken.IsCompleted);
            await other.KillUntilEmptyAsync();
            Assert.Empty(ProcessesOf(UserOf(other)));
        }

        await Machine.AssertNoZombiesAsync();
    }

    /// <summary>As <c>cron</c> or <c>at</c> does it, or a user's service manager.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Prove_AnotherStartedAProcessOfTheUser_IsEnded(string kind)
    {
        using UserContainment containment = await _users.ContainmentAsync(kind, users: 1);
        await using Daemon daemon = await Daemon.StartAsync();
        await using TestRun run = await TestRun.StartAsync(containment, "echo ready; exec $NAP");
        await run.OutputsAsync("ready");
        using (Process asker = Process.Start("/bin/sh", ["-c", daemon.Ask($"env -i setpriv --reuid {AgentUsers.First} --regid {AgentUsers.First} --clear-groups /bin/sleep 3600")]))
            await asker.WaitForExitAsync(TestContext.Current.CancellationToken);
        await TestRun.EventuallyAsync(() => ProcessesOf(AgentUsers.First).Count == 2, "both of the user are there");

        await run.KillAndProveAsync();

        Assert.Empty(ProcessesOf(AgentUsers.First));
        Assert.False(run.Container.Broken.IsCompleted);
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task StartAsync_AgentWithAUser_IsThatUserAndNothingMore(string kind)
    {
        using UserContainment containment = await _users.ContainmentAsync(kind, users: 1);
        await using TestRun run = await TestRun.StartAsync(
            containment,
            "id -u; id -G; echo home $HOME; echo in $HOME > $HOME/made && ls -ld $HOME; grep -E 'NoNewPrivs|CapEff|CapPrm|CapAmb' /proc/self/status; umask; grep -o 'Max processes  *[0-9]*' /proc/self/limits | grep -o '[0-9]*'; echo ready",
            launch => launch with { Environment = new Dictionary<string, string>(launch.Environment) { ["HOME"] = Environment.GetEnvironmentVariable("HOME")! } });
        await run.OutputsAsync("ready");

        string[] said = run.Output.StandardOutput.Split('\n');
        Assert.Equal([$"{AgentUsers.First}", $"{AgentUsers.First}"], said[..2]);
        Assert.StartsWith($"home {Files.Root}", said[2]);
        Assert.StartsWith("drwx------", said[3]);
        Assert.Contains("NoNewPrivs:\t1", said);
        Assert.Contains("CapEff:\t0000000000000000", said);
        Assert.Contains("CapPrm:\t0000000000000000", said);
        Assert.Contains("CapAmb:\t0000000000000000", said);
        Assert.Contains($"{AgentUsers.MaxProcesses}", said);
        Assert.Contains(File.ReadLines("/proc/self/status").First(line => line.StartsWith("Umask:", StringComparison.Ordinal)).Split('\t')[1], said);
        await run.ExitAsync();
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Agent_ThatReachesForTheRunner_IsRefused(string kind)
    {
        using UserContainment containment = await _users.ContainmentAsync(kind, users: 2);
        string secret = Files.Write(Path.Combine("data", "secret"), "secret");
        await using TestRun neighbour = await TestRun.StartAsync(containment, "echo ready; exec $NAP");
        await neighbour.OutputsAsync("ready");
        int[] others = [Environment.ProcessId, neighbour.Container.ProcessId];
        await using TestRun run = await TestRun.StartAsync(
            containment,
            $"for p in {string.Join(' ', others)} $PPID; do kill -0 $p && echo killed; cat /proc/$p/environ && echo read; ls /proc/$p/fd/ && echo listed; done 2>/dev/null; " +
            $"cat {secret} 2>/dev/null && echo found; echo ready");
        await run.OutputsAsync("ready");

        Assert.Equal("ready\n", run.Output.StandardOutput);
        await run.ExitAsync();
        await neighbour.KillAndProveAsync();
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task StartAsync_UserMayNotEnterTheDirectory_SaysWhoseAccessIsMissing(string kind)
    {
        using UserContainment containment = await _users.ContainmentAsync(kind, users: 1);
        string closed = Files.CreateDirectory("closed");

        AgentStartException refused = await Assert.ThrowsAsync<AgentStartException>(() =>
            TestRun.StartAsync(containment, "echo ready", launch => launch with { WorkingDirectory = closed }));

        Assert.Contains($"cannot be entered by the agent's user {AgentUsers.First}", refused.Message, StringComparison.Ordinal);
        await using TestRun next = await TestRun.StartAsync(containment, "echo ready");
        await next.OutputsAsync("ready");
        await next.ExitAsync();
    }

    [Fact]
    public async Task StartAsync_NoUserIsFree_WaitsForTheNext()
    {
        using UserContainment containment = await _users.ContainmentAsync(ContainmentKind.Supervisor, users: 1);
        TestRun first = await TestRun.StartAsync(containment, "echo ready; exec $NAP");
        await first.OutputsAsync("ready");

        Task<TestRun> second = TestRun.StartAsync(containment, "echo ready");
        await first.KillAndProveAsync();
        await using TestRun unlimited = await TestRun.StartAsync(ContainmentKind.Supervisor, "echo ready");
        await unlimited.ExitAsync();
        Assert.False(second.IsCompleted, "It got a user before the other run's was free, as quickly as a run that needs none started.");
        await first.DisposeAsync();

        await using TestRun started = await second;
        await started.ExitAsync();
    }

    /// <summary>A new run has got the user meanwhile, and did so when nothing of the earlier one was alive.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task EndSurvivors_UserIsARunsOfNow_LeavesItInPeace(string kind)
    {
        using UserContainment containment = await _users.ContainmentAsync(kind, users: 1);
        await using TestRun run = await TestRun.StartAsync(containment, "echo ready; exec $NAP");
        await run.OutputsAsync("ready");

        Assert.Empty(await containment.EndSurvivorsAsync([Left("run_earlier")], onlyThese: true, TestContext.Current.CancellationToken));

        Assert.False(run.Container.HasAgentExited);
        await run.KillAndProveAsync();
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task EndSurvivors_ProcessOfAnEarlierRunsUser_IsEndedAndTheUserIsFree(string kind)
    {
        using UserContainment containment = await _users.ContainmentAsync(kind, users: 1);
        using Process left = await LeftAsync();

        Survivor survivor = Assert.Single(
            await containment.EndSurvivorsAsync([Left("run_earlier")], onlyThese: true, TestContext.Current.CancellationToken));

        Assert.Equal(("run_earlier", 1, 0), (survivor.RunId, survivor.ProcessesEnded, survivor.ProcessesLeft));
        await left.WaitForExitAsync(TestContext.Current.CancellationToken);
        await using TestRun run = await TestRun.StartAsync(containment, "echo ready");
        await run.OutputsAsync("ready");
        await run.ExitAsync();
    }

    /// <summary>Also of no run that is known; and the homes of those.</summary>
    [Fact]
    public async Task EndSurvivors_RunnerWasKilled_EndsItsUsersProcessesAndDeletesTheHomes()
    {
        using UserContainment containment = await _users.ContainmentAsync(ContainmentKind.Supervisor, users: 2);
        string homes = Directory.GetDirectories(Files.At("homes")).Single();
        Directory.CreateDirectory(Path.Combine(homes, "run_earlier", "in"));
        using Process left = await LeftAsync();

        await containment.EndSurvivorsAsync([], onlyThese: false, TestContext.Current.CancellationToken);

        await left.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(ProcessesOf(AgentUsers.First));
        Assert.Equal([Path.Combine(homes, RemovedHomes.Name)], Directory.GetDirectories(homes));
        await TestRun.EventuallyAsync(() => !Directory.EnumerateFileSystemEntries(Path.Combine(homes, RemovedHomes.Name)).Any(), "they are deleted");
    }

    [Fact]
    public async Task Dispose_HomeWithManyFiles_IsOutOfTheWayWhenTheUserIsFree()
    {
        using UserContainment containment = await _users.ContainmentAsync(ContainmentKind.Supervisor, users: 1);
        TestRun first = await TestRun.StartAsync(containment, "cd $HOME; seq 5000 | xargs touch; echo $HOME");
        await first.ExitAsync();
        await first.DrainedAsync();
        await first.DisposeAsync();

        Assert.False(Directory.Exists(first.Output.StandardOutput.Trim()));
        await using TestRun second = await TestRun.StartAsync(containment, "ls -A $HOME; ls $HOME/../.removed 2>/dev/null; echo ready");
        await second.OutputsAsync("ready");
        Assert.Equal("ready\n", second.Output.StandardOutput);
        await second.ExitAsync();
    }

    [Fact]
    public async Task StartAsync_UnwantedWhileNoUserIsFree_GivesUp()
    {
        using UserContainment containment = await _users.ContainmentAsync(ContainmentKind.Supervisor, users: 1);
        TestRun first = await TestRun.StartAsync(containment, "echo ready; exec $NAP");
        await first.OutputsAsync("ready");
        bool isUnwanted = false;
        Task<TestRun> second = TestRun.StartAsync(containment, "echo ready", launch => launch with { IsUnwanted = () => Volatile.Read(ref isUnwanted) });

        Volatile.Write(ref isUnwanted, true);

        await Assert.ThrowsAsync<OperationCanceledException>(() => second);
        Assert.False(first.Container.HasAgentExited);
        await first.KillAndProveAsync();
        await first.DisposeAsync();
        await using TestRun next = await TestRun.StartAsync(containment, "echo ready");
        await next.ExitAsync();
    }

    [Fact]
    public async Task Create_UserOfAnotherRunner_IsRefused()
    {
        using UserContainment containment = await _users.ContainmentAsync(ContainmentKind.Supervisor, users: 1);

        ContainmentUnavailableException refused = await Assert.ThrowsAsync<ContainmentUnavailableException>(
            () => _users.ContainmentAsync(ContainmentKind.Supervisor, users: 1));

        Assert.Contains("another runner of this machine uses user 61000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_UserThatSomebodyUses_IsRefusedAndLeftInPeace()
    {
        AgentUsers.Require();
        using Process person = await LeftAsync();

        ContainmentUnavailableException refused = await Assert.ThrowsAsync<ContainmentUnavailableException>(
            () => _users.ContainmentAsync(ContainmentKind.Supervisor, users: 1));

        Assert.Contains($"a process that is no agent's: {person.Id} (", refused.Message, StringComparison.Ordinal);
        Assert.False(person.HasExited);
        person.Kill();
        await person.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static string OwnDirectory()
    {
        try
        {
            return OwnCgroup.Find().Directory;
        }
        catch (ContainmentUnavailableException)
        {
            return "/sys/fs/cgroup";
        }
    }

    private static LeftRun Left(string runId) => new(runId, new ContainerTrace { UserId = AgentUsers.First });

    /// <summary>A process of the first user that no run has started.</summary>
    private static async Task<Process> LeftAsync()
    {
        Process left = Process.Start("setpriv", ["--reuid", $"{AgentUsers.First}", "--regid", $"{AgentUsers.First}", "--clear-groups", "sleep", "3600"]);
        await TestRun.EventuallyAsync(() => ProcessesOf(AgentUsers.First).Count == 1, "it works as its user");
        return left;
    }

    private static uint UserOf(TestRun run) => run.Container.Trace.UserId!.Value;

    /// <summary>What of a user is alive, as the system says, without anything from the containments.</summary>
    private static IReadOnlyList<string> ProcessesOf(uint user) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(directory => int.TryParse(Path.GetFileName(directory), out _))
            .Select(directory => ReadStatus(directory))
            .Where(status => status.Contains($"\nUid:\t{user.ToString(CultureInfo.InvariantCulture)}\t", StringComparison.Ordinal)
                && !status.Contains("\nState:\tZ", StringComparison.Ordinal) && !status.Contains("\nState:\tX", StringComparison.Ordinal)),
    ];

    private static string ReadStatus(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "status"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
