using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Cgroups;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>The way into a cgroup where the system does not let a process be made in it, as in some containers.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class EnteringTests
{
    [Fact]
    public async Task Enter_ByTheRunnersOwnProgram_BecomesTheAgentInItsCgroup()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        var (runId, _) = TestRun.NewNames();
        var cgroup = OwnCgroup.Find().Child($"entering-{runId}");
        cgroup.Create();
        try
        {
            var launch = TestRun.Launch(runId, "cat /proc/self/cgroup; echo \"$COORDINATOR_RUN_ID\"; exit 7", new RecordingOutput());
            var (output, status, exit) = Enter(launch, LaunchSpec.For(launch, Machine.RunnerId, cgroup.Directory));

            Assert.Contains(cgroup.Path, output, StringComparison.Ordinal);
            Assert.Contains(runId, output.Split('\n'));
            Assert.Equal(StatusLine.OfBirth.Entering, status);
            Assert.Equal(new AgentExit(7, null), exit);
        }
        finally
        {
            Assert.True(cgroup.TryKill(out _));
            await TestRun.EventuallyAsync(cgroup.TryRemove, "an empty cgroup");
        }
    }

    [Fact]
    public void Enter_ByTheRunnersOwnProgram_BecomesAnotherUser()
    {
        AgentUsers.Require();
        AgentLaunch launch = TestRun.Launch(
            TestRun.NewNames().RunId, "id -u; id -G; grep -E 'NoNewPrivs|CapPrm' /proc/self/status; grep -o 'Max processes  *[0-9]*' /proc/self/limits | grep -o '[0-9]*'", new RecordingOutput());
        LaunchSpec spec = LaunchSpec.For(launch, Machine.RunnerId) with { User = new Credentials(61_000, 61_001, [61_002], 500) };

        var (output, status, exit) = Enter(launch, spec);

        Assert.Equal(["61000", "61001 61002", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1", "500", ""], output.Split('\n'));
        Assert.Equal(StatusLine.OfBirth.Entering, status);
        Assert.Equal(new AgentExit(0, null), exit);
    }

    /// <summary>As the runner does it when it has to.</summary>
    private static (string Output, string Status, AgentExit? Exit) Enter(AgentLaunch launch, LaunchSpec spec)
    {
        using var file = spec.ToFile();
        using var input = FileDescriptor.Open("/dev/null");
        var output = FileDescriptor.CreatePipe();
        var status = FileDescriptor.CreatePipe();
        using (output.Reader)
        using (status.Reader)
        {
            int process;
            using (output.Writer)
            using (status.Writer)
            {
                process = Children.Start(new()
                {
                    Program = Machine.Program.Program,
                    Arguments = Machine.Program.CommandLine(ProcessMode.Enter, launch.RunId),
                    Environment = OwnProgram.StartEnvironment(),
                    Descriptors = [input, output.Writer, output.Writer, file, status.Writer, input],
                });
            }

            return (ReadAll(output.Reader), ReadAll(status.Reader), Children.Collect(process, wait: true));
        }
    }

    private static string ReadAll(FileDescriptor reader)
    {
        StringBuilder text = new();
        Span<byte> buffer = stackalloc byte[1024];
        while (reader.Read(buffer) is > 0 and var count)
            text.Append(Encoding.UTF8.GetString(buffer[..count]));
        return text.ToString();
    }
}
