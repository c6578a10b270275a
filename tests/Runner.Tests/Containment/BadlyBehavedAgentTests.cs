using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>Agents that try to outlive their run, each in each containment.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class BadlyBehavedAgentTests
{
    /// <summary>Each says "ready" when what it leaves behind is there.</summary>
    private static readonly (string Name, string Script)[] Agents =
    [
        ("ignores SIGTERM", "trap '' TERM; echo ready; while :; do $NAP; done"),
        ("exits at once and leaves children", "$NAP & $NAP & echo ready; exit 7"),
        ("leaves a child in a session of its own", "setsid $NAP & sleep 0.05; echo ready; wait"),
        ("double fork", "(setsid sh -c '$NAP & $NAP & exit' &); sleep 0.05; echo ready; exit 3"),
        ("session of its own without environment", "env -i setsid $NAP & sleep 0.05; echo ready; exit 0"),
        ("double fork without environment", "(env -i setsid sh -c '$NAP & echo ready; exit' &); exit 0"),
        ("a grandchild holds the output", "sh -c 'trap \"\" TERM HUP; $NAP & exit' & wait; echo ready; exit 0"),
        ("stops itself", "echo ready; kill -STOP $$"),
        ("stops its children", "$NAP & kill -STOP $!; echo ready; wait"),
    ];

    public static TheoryData<string, string> All()
    {
        var data = new TheoryData<string, string>();
        foreach (var kind in Linux.Kinds)
        {
            foreach (var agent in Agents)
            {
                data.Add(kind, agent.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Kill_BadlyBehavedAgent_NothingIsLeft(string kind, string agent)
    {
        await using var run = await TestRun.StartAsync(kind, Agents.Single(a => a.Name == agent).Script);
        await run.OutputsAsync("ready");
        Assert.False(run.Container.Census().IsEmpty);
        await TestRun.EventuallyAsync(
            () => Machine.Find(TestRun.CookieOf(run.RunId)).Count + Machine.Find(run.Marker).Count > 0,
            "the system shows it too");

        run.Container.Terminate();
        await run.KillAndProveAsync();
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Kill_ForkStorm_NothingIsLeft(string kind)
    {
        await using var run = await TestRun.StartAsync(
            kind, "echo ready; i=0; while [ $i -lt 2000 ]; do $NAP & i=$((i+1)); done; wait");
        await run.OutputsAsync("ready");
        await TestRun.EventuallyAsync(() => Machine.Find(run.Marker).Count > 20, "some children");

        await run.KillAndProveAsync();

        Assert.InRange(run.Container.Census().Seen, 20, 2001);
    }

    /// <summary>
    /// Each process starts the next one and exits, in a session of its own: nobody lives longer than a moment.
    /// </summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Kill_ChainOfShortLivedProcesses_NothingIsLeft(string kind)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            script,
            "[ $1 -gt 0 ] && setsid sh $0 $(($1 - 1)) $2 & exit",
            TestContext.Current.CancellationToken);
        try
        {
            await using var run = await TestRun.StartAsync(kind, $"sh {script} 5000 $NAP & wait; echo ready; exit");
            await run.OutputsAsync("ready");
            Assert.False(run.Container.Census().IsEmpty);

            await run.KillAndProveAsync();
            Assert.Empty(Machine.Find(script));
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Terminate_WholeTree_ReachesEveryProcess(string kind)
    {
        await using var run = await TestRun.StartAsync(
            kind, "setsid $NAP & (setsid sh -c '$NAP & $NAP & wait' &); $NAP & sleep 0.05; echo ready; wait");
        await run.OutputsAsync("ready");
        await TestRun.EventuallyAsync(() => Machine.Find(run.Marker).Count(p => p.Contains(": sleep", StringComparison.Ordinal)) == 4, "four sleeps");

        run.Container.Terminate();

        await TestRun.EventuallyAsync(() => run.Container.Census().IsEmpty, "empty");
        run.AssertNothingLeft();
        Assert.Equal("SIGTERM", (await run.ExitAsync()).Signal);
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Census_SomethingAlive_SaysWhat(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "echo ready; exec $NAP");
        await run.OutputsAsync("ready");
        await TestRun.EventuallyAsync(
            () => run.Container.Census() is { Alive: 1, Detail: var detail }
                && detail == $"{run.Container.ProcessId} (sleep, sleeping)",
            "a description of the sleeping process");
        await run.KillAndProveAsync();
        Assert.Equal(new ProcessCensus(0, 1, ""), run.Container.Census());
    }
}
