using System.Diagnostics;
using Coordinator.FunctionalTests.Support;
using Coordinator.Testing.Deployments;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.FunctionalTests.Agents;

/// <summary>
/// Agents that do what real ones do when they go wrong, stopped through the API. Each must end STOPPED with proof within
/// its grace period and a second, and leave nothing; that is checked in /proc, not asked of the product.
/// </summary>
public sealed class BadlyBehavedAgentTests(SharedDeployments deployments) : IClassFixture<SharedDeployments>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>What a stop may take beyond its grace period.</summary>
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The agent says "ready" when it is at its worst. MARK becomes a number that nothing else on the machine sleeps for, so that
    /// what escaped and cleared its environment is still found by its command line.
    /// </summary>
    private static readonly Dictionary<string, string> Agents = new()
    {
        ["IgnoresSigterm"] = "trap '' TERM; echo ready; while :; do sleep MARK; done",
        ["DiesAtOnceButLeavesChildren"] = "trap 'exit 0' TERM; (trap '' TERM; sleep MARK & sleep MARK & wait) & echo ready; wait",
        ["SetsidEscapee"] = "setsid sh -c \"trap '' TERM; sleep MARK\" & echo ready; wait",
        ["DoubleForkEscapee"] = "( ( setsid sh -c \"trap '' TERM; sleep MARK; :\" & ) & ); echo ready; sleep MARK",
        ["GrandchildHoldsStdoutOpen"] = "(trap '' TERM; setsid sleep MARK) & echo ready; sleep MARK",
        ["ForksContinuously"] = "trap '' TERM; i=0; echo ready; while [ $i -lt 5000 ]; do sleep MARK & i=$((i+1)); done; wait",
        ["ClearsItsEnvironment"] = "env -i setsid sleep MARK & env -i sh -c \"trap '' TERM; setsid sleep MARK & wait\" & echo ready; wait",
        ["WritesAHundredMegabyteLine"] = "trap '' TERM; echo ready; head -c 100000000 /dev/zero | tr '\\0' x; echo; sleep MARK",
        ["WritesAsFastAsItCan"] = "trap '' TERM; echo ready; yes abcdefghijklmnopqrstuvwxyz",
    };

    public static TheoryData<string, string> EveryAgentInEveryContainment()
    {
        TheoryData<string, string> data = [];
        foreach (string name in Agents.Keys)
        {
            data.Add("cgroup", name);
            data.Add("supervisor", name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryAgentInEveryContainment))]
    public async Task Stop_BadlyBehavedAgent_EndsItWithProofInTime(string containment, string agent)
    {
        Deployment deployment = await deployments.GetAsync(containment);
        string mark = Mark.Next();
        Proto.Session session = await deployment.StartRunningAsync(Agents[agent].Replace("MARK", mark));
        await deployment.EventAsync(session.SessionId, e => e.Output is { Text: "ready" });
        PromisedTime time = PromisedTime.Start();

        await deployment.StopAsync(session.SessionId, Grace);
        Proto.Run run = await deployment.RunWhenAsync(session.RunId, r => r.EndTime is not null);
        time.Assert(Grace + Allowance);

        Assert.Equal(Proto.RunStatus.Stopped, run.Status);
        Assert.True(run.Stop is { HasProcessesLeft: true, ProcessesLeft: 0, Outcome: Proto.StopOutcome.Proved }, run.Stop.ToString());
        Assert.Empty(ProcessTable.OfRun(session.RunId));
        Assert.Empty(ProcessTable.Marked(mark));
        AssertInOrder(run.Stop);
    }

    [Theory]
    [InlineData("cgroup")]
    [InlineData("supervisor")]
    public async Task Stop_AgentThatExitsInTheSameInstant_IsStoppedOrCompletedButNothingElse(string containment)
    {
        Deployment deployment = await deployments.GetAsync(containment);
        for (int i = 0; i < 10; i++)
        {
            Proto.Session session = await deployment.StartRunningAsync("echo ready; read line < gate; exit 0".Replace("gate", MakeGate(deployment, i)));
            await deployment.EventAsync(session.SessionId, e => e.Output is { Text: "ready" });

            Task stop = deployment.StopAsync(session.SessionId, Grace);
            await File.WriteAllTextAsync(GatePath(deployment, i), "go\n");
            // Refused if the end was already committed; what became of the run is checked either way.
            await stop.WithTimeout().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

            Proto.Run run = await deployment.EndOfAsync(session.RunId);
            Assert.True(
                run is { Status: Proto.RunStatus.Stopped, Stop: { Outcome: Proto.StopOutcome.Proved, ProcessesLeft: 0 } }
                    or { Status: Proto.RunStatus.Completed, Stop: null or { Outcome: Proto.StopOutcome.TooLate }, ExitCode: 0 },
                run.ToString());
        }
    }

    [Theory]
    [InlineData("cgroup")]
    [InlineData("supervisor")]
    public async Task Exit_WithDescendantsAlive_CompletesOnlyWhenTheyAreGone(string containment)
    {
        Deployment deployment = await deployments.GetAsync(containment);
        string mark = Mark.Next();
        Proto.Session session = await deployment.StartAsync($"setsid sleep {mark} & echo done; exit 0");

        Proto.Run run = await deployment.EndOfAsync(session.RunId);

        Assert.Equal((Proto.RunStatus.Completed, 0), (run.Status, run.ExitCode));
        Assert.Empty(ProcessTable.Marked(mark));
    }

    [Fact]
    public async Task Stop_OneAgentIgnoresItsSignal_DoesNotDelayAnother()
    {
        Deployment deployment = await deployments.GetAsync("supervisor");
        Proto.Session stubborn = await deployment.StartRunningAsync("trap '' TERM; echo ready; while :; do sleep 1; done");
        Proto.Session willing = await deployment.StartRunningAsync("echo ready; exec sleep 300");
        await deployment.EventAsync(stubborn.SessionId, e => e.Output is { Text: "ready" });
        await deployment.EventAsync(willing.SessionId, e => e.Output is { Text: "ready" });

        await deployment.StopAsync(stubborn.SessionId, TimeSpan.FromSeconds(20));
        await deployment.StopAsync(willing.SessionId, TimeSpan.FromSeconds(20));

        Proto.Run run = await deployment.EndOfAsync(willing.RunId);
        Assert.Equal(("SIGTERM", false), (run.Stop.Signal, run.Stop.Escalated));
        await deployment.StopAsync(stubborn.SessionId, TimeSpan.FromSeconds(20), force: true);
        Proto.Run forced = await deployment.EndOfAsync(stubborn.RunId);
        Assert.Equal(("SIGKILL", true), (forced.Stop.Signal, forced.Stop.Escalated));
    }

    private static void AssertInOrder(Proto.StopRecord stop)
    {
        List<DateTimeOffset> times = [.. new[] { stop.RequestedTime, stop.SentTime, stop.ReceivedTime, stop.SignalledTime, stop.KilledTime, stop.EndedTime }
            .Where(t => t is not null).Select(t => t.ToDateTimeOffset())];
        Assert.Equal(times.Order(), times);
        Assert.NotNull(stop.SentTime);
        Assert.NotNull(stop.ReceivedTime);
        Assert.NotNull(stop.SignalledTime);
        Assert.NotEqual(Proto.StopClock.Unspecified, stop.Clock);
    }

    private static string GatePath(Deployment deployment, int i) => deployment.Files.At($"gate{i}");

    private static string MakeGate(Deployment deployment, int i)
    {
        using Process make = Process.Start("mkfifo", GatePath(deployment, i));
        make.WaitForExit();
        return GatePath(deployment, i);
    }
}
