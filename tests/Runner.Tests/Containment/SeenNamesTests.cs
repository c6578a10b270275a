using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>What a container calls the processes it had to end.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class SeenNamesTests
{
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task AgentExitsAndLeavesProcesses_TheirNamesFollowItsOwn(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "$NAP & setsid $NAP & exit 0");
        await run.ExitAsync();

        ProcessCensus census = default;
        await TestRun.EventuallyAsync(
            () => (census = run.Container.Census()).Alive == 2 && run.Container.SeenNames.Count(name => name == "sleep") == 2,
            () => $"two processes called sleep: {string.Join(", ", run.Container.SeenNames)}");
        await run.KillAndProveAsync();

        Assert.Equal("sh", run.Container.SeenNames[0]);
        Assert.Equal(["sleep", "sleep"], run.Container.SeenNames.Skip(1));
    }

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task ManyProcesses_OnlyTheFirstHaveNames(string kind)
    {
        await using var run = await TestRun.StartAsync(kind, "i=0; while [ $i -lt 40 ]; do $NAP & i=$((i+1)); done; echo ready; wait");
        await run.OutputsAsync("ready");
        await TestRun.EventuallyAsync(() => run.Container.Census().Seen > 40, "the shell and its forty processes");

        await run.KillAndProveAsync();

        Assert.Equal(IRunContainer.NamedProcesses, run.Container.SeenNames.Count);
        Assert.True(run.Container.Census().Seen > 40);
    }
}
