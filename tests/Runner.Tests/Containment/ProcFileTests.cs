using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>A process that cannot be looked at must not be taken for one that is gone.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class ProcFileTests
{
    public ProcFileTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has this /proc.");

    [Fact]
    public async Task Read_ProcessIsGone_IsNothing()
    {
        using Process process = Process.Start("true");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Null(ProcessStat.TryRead(process.Id));
        Assert.Null(ProcFile.OwnerOf(process.Id));
        Assert.Equal("", ProcFile.ReadText(process.Id, "environ"u8));
    }

    [Fact]
    public async Task Read_NoDescriptorIsLeft_SaysWhatCannotBeRead()
    {
        IReadOnlyList<string> said = await WithoutDescriptors.LookAsync(Environment.ProcessId, Libc.EffectiveUser());

        Assert.Equal(5, said.Count);
        Assert.Equal($"/proc/{Environment.ProcessId}/stat cannot be read: Too many open files.", said[0]);
        Assert.Equal($"/proc/{Environment.ProcessId}/environ cannot be read: Too many open files.", said[1]);
        Assert.Contains("Too many open files", said[2], StringComparison.Ordinal);
        Assert.Equal($"{Libc.EffectiveUser()}", said[3]);
        Assert.Contains("Too many open files", said[4], StringComparison.Ordinal);
    }

    /// <summary>As the one that walked over it did a moment ago.</summary>
    [Fact]
    public void Read_PlaceThatIsNoFile_SaysWhatCannotBeRead()
    {
        IOException refused = Assert.Throws<IOException>(() => ProcFile.ReadText(Environment.ProcessId, "task"u8));

        Assert.Equal($"/proc/{Environment.ProcessId}/task cannot be read: Is a directory.", refused.Message);
    }
}
