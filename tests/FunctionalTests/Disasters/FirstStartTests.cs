using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.FunctionalTests.Disasters;

/// <summary>
/// The coordinator is killed while it makes its database. EF Core would wait for ever for the lock of a migration whose process
/// is gone.
/// </summary>
public sealed class FirstStartTests
{
    private static readonly int Kills = TestForm.Of(4, 16);

    /// <summary>From the first sight of the database's file on; making it takes a few hundred milliseconds.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(320) / Kills;

    /// <summary>As of somebody who has just cloned it; everything that it keeps is in its data directory.</summary>
    [Fact]
    public async Task FirstStart_EmptyHome_LeavesItEmptyAndWarnsOfNothing()
    {
        using TestFiles files = new();
        string home = files.CreateDirectory("home");
        CoordinatorSettings settings = new()
        {
            WorkingDirectory = files.CreateDirectory("coordinator"),
            Environment = new Dictionary<string, string> { ["HOME"] = home },
        };
        await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(settings);
        using HttpClient web = new();

        Assert.Contains("Coordinator", await web.GetStringAsync(coordinator.WebAddress, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
        Assert.DoesNotContain("warn:", coordinator.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstStart_KilledAtManyMoments_TheNextStartIsReadySoon()
    {
        using TestFiles files = new();
        int cutOff = 0;
        for (int i = 0; i < Kills; i++)
        {
            CoordinatorSettings settings = new() { WorkingDirectory = files.CreateDirectory($"coordinator-{i}") };
            string database = files.At($"coordinator-{i}", ".coordinator", "coordinator.db");
            await using (CoordinatorProcess killed = CoordinatorProcess.Launch(settings))
            {
                await Eventually.True(() => File.Exists(database));
                await Task.Delay(Step * i, TimeProvider.System, TestContext.Current.CancellationToken);
                await killed.KillAsync();
            }

            await using CoordinatorProcess next = await CoordinatorProcess.StartAsync(settings);
            Assert.Empty((await next.Sessions.ListSessionsAsync(new())).Sessions);
            if (next.Output.ToString()!.Contains("A migration was cut off", StringComparison.Ordinal))
                cutOff++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cutOff} of {Kills} kills left the lock of a migration behind.");
    }
}
