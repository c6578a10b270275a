using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Cgroups;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>What the kernel writes, in the shapes that trip up readers.</summary>
[SupportedOSPlatform("linux")]
public sealed class FormatTests
{
    private const string Numbers = "S 7 42 41 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 123456789 0 18446744073709551615";

    [Theory]
    [InlineData("42 (sh) ", "sh")]
    [InlineData("42 (a b) ", "a b")]
    [InlineData("42 (x) R 1 (y)) ", "x) R 1 (y)")]
    public void Parse_AnyName_FindsTheFieldsBehindIt(string start, string name)
    {
        var stat = ProcessStat.Parse(System.Text.Encoding.UTF8.GetBytes(start + Numbers))!.Value;
        Assert.Equal(new ProcessStat(new(42, 123456789), name, 'S', Parent: 7, Group: 42, Session: 41, Threads: 3), stat);
    }

    [Theory]
    [InlineData('S', 1, true)]
    [InlineData('D', 1, true)]
    [InlineData('Z', 1, false)]
    [InlineData('Z', 2, true)]
    [InlineData('X', 0, false)]
    public void IsAlive_State_TellsTheDeadFromTheLiving(char state, int threads, bool alive) =>
        Assert.Equal(alive, new ProcessStat(new(1, 1), "x", state, 1, 1, 1, threads).IsAlive);

    /// <summary>By that it is known that its environment is the one that was read.</summary>
    [Fact]
    public async Task Program_SameProcessBecomesAnother_Changes()
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read line; exec cat"]) { RedirectStandardInput = true })!;
        ProcessStat before = ProcessStat.TryRead(process.Id)!.Value;
        await process.StandardInput.WriteLineAsync();

        await Eventually.True(() => ProcessStat.TryRead(process.Id) is { Name: "cat" });

        ProcessStat after = ProcessStat.TryRead(process.Id)!.Value;
        Assert.NotEqual(0ul, before.Program);
        Assert.NotEqual(before.Program, after.Program);
        Assert.Equal(before.Identity, after.Identity);
        process.Kill();
    }

    [Fact]
    public void Parse_Nothing_IsNull() => Assert.Null(ProcessStat.Parse([]));

    [Theory]
    [InlineData("31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw", "0::/", "/sys/fs/cgroup")]
    [InlineData("31 23 0:28 / /sys/fs/cgroup rw - cgroup2 c rw", "0::/user.slice/a.service", "/sys/fs/cgroup/user.slice/a.service")]
    [InlineData("31 23 0:28 /docker/x /sys/fs/cgroup rw - cgroup2 c rw", "0::/docker/x/y", "/sys/fs/cgroup/y")]
    [InlineData("31 23 0:28 / /odd\\040place rw - cgroup2 c rw", "0::/a", "/odd place/a")]
    public void Locate_Mount_GivesOwnDirectory(string mount, string membership, string directory) =>
        Assert.Equal(directory, OwnCgroup.Locate(["1 2 0:3 / / rw - ext4 /dev/vda rw", mount], ["4:memory:/x", membership]).Directory);

    [Theory]
    [InlineData("31 23 0:28 / /sys/fs/cgroup rw - cgroup cgroup rw", "0::/")]
    [InlineData("31 23 0:28 / /sys/fs/cgroup rw - cgroup2 c rw", "4:memory:/x")]
    [InlineData("31 23 0:28 /docker/x /sys/fs/cgroup rw - cgroup2 c rw", "0::/docker/xy")]
    [InlineData("31 23 0:28 / /sys/fs/cgroup rw - cgroup2 c rw", "0::/../outside")]
    public void Locate_NotOurs_SaysSo(string mount, string membership) =>
        Assert.Throws<ContainmentUnavailableException>(() => OwnCgroup.Locate([mount], [membership]));
}
