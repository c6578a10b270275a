using System.Diagnostics;
using System.Globalization;
using Coordinator.FunctionalTests.Support;
using Coordinator.Testing.Deployments;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Tools;
using Coordinator.Testing.Waiting;
using Grpc.Core;

namespace Coordinator.FunctionalTests.Agents;

/// <summary>
/// Agents that attack everything around them. A neighbour on the same runner is stopped with proof all the same, the runner stays
/// connected, and neither program grows.
/// </summary>
public sealed class HostileAgentTests
{
    /// <summary>Of a neighbour's stop, whatever the hostile agent does.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    /// <summary>If something else keeps the processors busy: what the agent itself does must not count for it.</summary>
    private static readonly TimeSpan OnABusyMachine = TimeSpan.FromSeconds(5);

    private const int MaxMegabytes = 500;

    /// <summary>
    /// MARK becomes a number that nothing else on the machine sleeps for. "poison" is an executor whose output is read as that of
    /// Claude Code.
    /// </summary>
    private static readonly Dictionary<string, (string Executor, string Script)> Agents = new()
    {
        ["KillsEverybody"] = ("command", "trap '' TERM; echo ready; while :; do kill -9 -1; sleep MARK & done"),
        ["ForksWithoutEnd"] = ("command", "echo ready; f() { sleep MARK & f | f & }; f; while :; do f; done 2>/dev/null"),
        ["WritesAsFastAsItCan"] = ("command", "trap '' TERM; echo ready; yes abcdefghijklmnopqrstuvwxyz"),
        ["WritesLinesWithoutEnd"] = ("command", "trap '' TERM; echo ready; while :; do head -c 20000000 /dev/zero | tr '\\0' x; done"),
        ["MakesAHundredThousandFiles"] = ("command", "cd $(mktemp -d /tmp/MARK.XXXXXX) && echo ready; seq 100000 | xargs touch; sleep MARK"),
        ["TakesAllInotifyInstances"] = ("command", "exec perl -e '1 while syscall(253) >= 0; sleep(3600)' MARK"),
        ["AttachesToEverybody"] = ("command",
            "exec perl -e 'for (;;) { for (glob(\"/proc/[0-9]*\")) { syscall(101, 16, $1, 0, 0) if /(\\d+)/ && $1 != $$ } select(undef, undef, undef, 0.01) }' MARK"),
        ["CallsAToolWithANameOfSixMegabytes"] = ("poison",
            "n=$(head -c 6000000 /dev/zero | tr '\\0' x); while :; do " +
            "echo '{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"'\"$n\"'\",\"input\":{}}]}}'; sleep 0.05; done"),
        ["ChangesItsConversationToMegabytes"] = ("poison",
            "n=$(head -c 3500000 /dev/zero | tr '\\0' x); while :; do echo '{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"'\"$n\"'\"}'; sleep 0.05; done"),
        ["SaysNothingButControlCharacters"] = ("poison",
            "while :; do printf '{\"type\":\"assistant\",\"session_id\":\"a\\\\u0000b\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"\\\\u0000\\\\ud800\\\\u001b[2J\"}]}}\\n\\033[2J\\000\\n'; sleep 0.01; done"),
    };

    /// <summary>What hurts every process of its user needs a user of its own.</summary>
    private static readonly string[] NeedUsers = ["KillsEverybody", "ForksWithoutEnd", "AttachesToEverybody"];

    public static TheoryData<string, string> All()
    {
        TheoryData<string, string> data = [];
        foreach (string agent in Agents.Keys)
        {
            data.Add("user", agent);
            if (!NeedUsers.Contains(agent))
                data.Add("none", agent);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Stop_NeighbourOfAHostileAgent_IsProvedInTime(string isolation, string agent)
    {
        Assert.SkipUnless(isolation == "none" || OperatingSystem.IsLinux(), "Agents have users of their own on Linux only.");
        Requirement.Holds(
            isolation == "none" || Environment.IsPrivilegedProcess, "Agents with users of their own need root: run the tests as root.");
        await using Deployment deployment = await Deployment.CreateAsync(runnerSettings: Settings(isolation));
        string mark = Mark.Next();
        Proto.Session neighbour = await StartAsync(deployment, "command", $"(setsid sleep {mark} &); echo ready; sleep {mark}");
        await deployment.EventAsync(neighbour.SessionId, e => e.Output is { Text: "ready" });
        Proto.Runner before = await RunnerAsync(deployment);
        TimeSpan inTime = await PromisedTime.IsMachineBusyAsync() ? OnABusyMachine : Promised;

        (string executor, string script) = Agents[agent];
        Proto.Session hostile = await StartAsync(deployment, executor, script.Replace("MARK", mark, StringComparison.Ordinal));
        await deployment.RunWhenAsync(hostile.RunId, run => run.StartTime is not null);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        Stopwatch time = Stopwatch.StartNew();
        await deployment.StopAsync(neighbour.SessionId, TimeSpan.FromSeconds(10));
        Proto.Run stopped = await deployment.RunWhenAsync(neighbour.RunId, run => run.EndTime is not null);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, inTime);
        Assert.True(stopped is { Status: Proto.RunStatus.Stopped, Stop.Outcome: Proto.StopOutcome.Proved }, stopped.ToString());
        Assert.Equal(isolation == "user" ? Proto.Isolation.User : Proto.Isolation.None, stopped.Stop.Isolation);
        Proto.Runner after = await RunnerAsync(deployment);
        Assert.InRange(after.Epoch - before.Epoch, 0, 1);
        Assert.InRange(Megabytes(deployment.Coordinator.Id), 1, MaxMegabytes);
        Assert.InRange(Megabytes(deployment.Runner.Id), 1, MaxMegabytes);

        try
        {
            await deployment.StopAsync(hostile.SessionId, TimeSpan.Zero, force: true);
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            // A shell that cannot fork any more ends by itself.
        }

        await deployment.EndOfAsync(hostile.RunId);
        Assert.Empty(ProcessTable.Marked(mark));
        foreach (string left in Directory.EnumerateDirectories("/tmp", $"{mark}.*"))
            Directory.Delete(left, recursive: true);
    }

    /// <summary>Without a user of its own it can; that is told, and nothing of it is left all the same.</summary>
    [Theory]
    [InlineData("cgroup",
        "while read a b c d mount rest; do case $rest in *' - cgroup2 '*) break;; esac; done < /proc/self/mountinfo; " +
        "p=$mount$(sed -n s/^0:://p /proc/self/cgroup)/../..; " +
        "(env -i PATH=$PATH setsid sh -c \"echo \\$\\$ > $p/cgroup.procs; echo ready; exec sleep MARK\" &); exec sleep MARK")]
    [InlineData("supervisor", "(env -i PATH=$PATH setsid sh -c \"sleep 0.1; kill -9 $PPID; echo ready; exec sleep MARK\" &); exec sleep MARK")]
    public async Task Stop_AgentThatLeftItsContainer_IsToldAsUnproved(string containment, string script)
    {
        await using Deployment deployment = await Deployment.CreateAsync(containment);
        string mark = Mark.Next();
        Proto.Session session = await StartAsync(deployment, "command", script.Replace("MARK", mark, StringComparison.Ordinal));
        await deployment.EventAsync(session.SessionId, e => e.Output is { Text: "ready" });

        // In the second case the runner has seen it happen, and ends it at once.
        if (containment == "cgroup")
            await deployment.StopAsync(session.SessionId, TimeSpan.FromSeconds(1));
        Proto.Run run = await deployment.EndOfAsync(session.RunId);

        Assert.True(run is { Status: Proto.RunStatus.Failed, Failure.Reason: "CONTAINMENT_BROKEN" }, run.ToString());
        Assert.Equal(containment == "cgroup" ? Proto.StopOutcome.Unproved : null, run.Stop?.Outcome);
        Assert.Empty(ProcessTable.Marked(mark));
    }

    private static Dictionary<string, string> Settings(string isolation)
    {
        Dictionary<string, string> settings = new()
        {
            ["Runner__Executors__poison__Command"] = "/bin/sh",
            ["Runner__Executors__poison__Args__0"] = "-c",
            ["Runner__Executors__poison__Args__1"] = "--",
            ["Runner__Executors__poison__Args__2"] = "{prompt}",
            ["Runner__Executors__poison__Output"] = "claude-stream-json",
        };
        if (isolation == "user")
        {
            settings["Runner__AgentUsers__0"] = "62000-62003";
            settings["Runner__MaxAgentProcesses"] = "300";
        }

        return settings;
    }

    /// <summary>In a directory that every user may enter.</summary>
    private static async Task<Proto.Session> StartAsync(Deployment deployment, string executor, string prompt) =>
        (await deployment.Coordinator.Sessions.StartSessionAsync(new() { Executor = executor, Prompt = prompt, ProjectDir = "/" })).Session;

    private static async Task<Proto.Runner> RunnerAsync(Deployment deployment) =>
        (await deployment.Coordinator.Fleet.ListRunnersAsync(new())).Runners.Single();

    private static int Megabytes(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(one => one.StartsWith("VmRSS:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
