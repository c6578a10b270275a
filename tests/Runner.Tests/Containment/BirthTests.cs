using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Users;
using Coordinator.Testing;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>
/// A copy of a process with threads has only one of them: whatever the others were doing when it was made stays half done in it for
/// ever. A new process must become its program all the same.
/// </summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class BirthTests
{
    private const int AtATime = 4;

    private static readonly int Starts = TestForm.Of(100, 100_000);

    [Fact]
    public async Task Start_WhileMemoryIsAllocatedAndCollected_AlwaysBecomesItsProgram()
    {
        IContainment containment = await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        Assert.Equal(RuntimeInformation.ProcessArchitecture == Architecture.X64, BirthCode.IsAvailable);
        await StartManyAsync(containment);
    }

    /// <summary>The C library's way to another user takes locks, which another thread may have had when the copy was made.</summary>
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Start_AsAnotherUserWhileMemoryIsAllocatedAndCollected_AlwaysBecomesItsProgram(string kind)
    {
        using AgentUsers users = new();
        using UserContainment containment = await users.ContainmentAsync(kind, 2 * AtATime);
        await StartManyAsync(containment);
    }

    private static async Task StartManyAsync(IContainment containment)
    {
        using CancellationTokenSource ended = new();
        Task[] load = [Task.Run(() => Allocate(ended.Token)), Task.Run(() => CollectAsync(ended.Token))];

        try
        {
            await Parallel.ForAsync(0, Starts, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (_, _) =>
            {
                await using TestRun run = await TestRun.StartAsync(containment, "exit 7");
                Assert.Equal(7, (await run.ExitAsync()).Code);
            });
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(load);
        }
    }

    private static void Allocate(CancellationToken ended)
    {
        object?[] kept = new object?[1_000];
        for (int i = 0; !ended.IsCancellationRequested; i++)
            kept[i % kept.Length] = new byte[i % 5_000];
    }

    /// <summary>Stops every thread of the process, several hundred times a second.</summary>
    private static async Task CollectAsync(CancellationToken ended)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (int i = 0; !ended.IsCancellationRequested; i++)
        {
            GC.Collect(i % 50 == 0 ? 2 : 0);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
