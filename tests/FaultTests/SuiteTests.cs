using Coordinator.FaultTests.Background;
using Coordinator.FaultTests.Faults;
using Coordinator.FaultTests.Plants;
using Coordinator.Testing.Waiting;
using Grpc.Core;

namespace Coordinator.FaultTests;

/// <summary>The suite itself: nothing of it is gone unnoticed, and what belongs to the game does not end it.</summary>
public sealed class SuiteTests
{
    /// <summary>From the operator's end on, for a campaign that would go on for an hour.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(60);

    /// <summary>Until the operator ends; a busy machine takes a while to start programs.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Campaign_WhoseOperatorDies_FailsAtOnceWithWhatEndedIt()
    {
        int agents = 0;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CampaignSettings settings = new(Seed: 1, Rounds: 1_000)
        {
            Machines = 1,
            RunsAtATime = 8,
            RunsAtFirst = 3,
            Agent = (random, marks) =>
            {
                if (++agents <= 12)
                {
                    return AgentScript.Any(random, marks);
                }

                ended.TrySetResult();
                throw new InvalidTimeZoneException("the operator is ill");
            },
        };
        List<string> rounds = [];

        Task campaign = Campaign.RunAsync(settings, rounds.Add);
        await Task.WhenAny(campaign, ended.Task).WithTimeout(Beginning);
        CampaignException failure = await Assert.ThrowsAsync<CampaignException>(() => campaign.WithTimeout(AtOnce));

        Assert.IsType<InvalidTimeZoneException>(Assert.IsType<LoopEndedException>(failure.InnerException).InnerException);
        Assert.Contains($"round {rounds.Count + 1} of 1000", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--seed 1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("The operator ended before it was told to: the operator is ill", failure.Message, StringComparison.Ordinal);
        Assert.InRange(rounds.Count, 0, 12);
    }

    [Fact]
    public async Task Question_WhoseChannelIsDisposedUnderIt_IsAskedAgainOnTheNext()
    {
        await using Plant plant = await Plant.StartAsync(machines: 0);
        plant.Coordinator.Freeze();
        Task<Proto.ListSessionsResponse> answer = plant.AskAsync(c => c.Sessions.ListSessionsAsync(new()));
        AsyncUnaryCall<Proto.ListSessionsResponse> disposed = plant.Coordinator.Sessions.ListSessionsAsync(new());

        plant.Coordinator.Channel.Dispose();
        RpcException interrupted = await Assert.ThrowsAsync<RpcException>(() => disposed.ResponseAsync.WithTimeout());
        await plant.KillCoordinatorAsync();
        await plant.StartCoordinatorAgainAsync();

        Assert.True(Interruptions.Is(interrupted), interrupted.ToString());
        Assert.Empty((await answer.WithTimeout()).Sessions);
    }

    [Fact]
    public async Task Refusal_IsNoInterruption()
    {
        await using Plant plant = await Plant.StartAsync(machines: 0);

        Task<Proto.Run> unknown = plant.RunAsync("run_00000000000000000000000000");
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => unknown.WithTimeout());

        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
    }

    [Fact]
    public async Task Loop_ThatEndsUntold_IsAFailureForWhoeverGoesOn()
    {
        Loops loops = new();
        loops.Start("A loop", over => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, over));
        await loops.DelayAsync(TimeSpan.Zero);

        loops.Start("Another", _ => Task.CompletedTask);

        LoopEndedException failure = await Assert.ThrowsAsync<LoopEndedException>(
            () => loops.DelayAsync(Timeout.InfiniteTimeSpan).WithTimeout());
        Assert.Equal("Another ended before it was told to: it just returned", failure.Message);
        Assert.Throws<LoopEndedException>(loops.ThrowIfAnyEnded);
        await loops.DisposeAsync();
        loops.ThrowIfAnyEndedUnnoticed();
    }

    [Fact]
    public async Task Loop_ThatEndsWhenTold_IsNone()
    {
        Loops loops = new();
        loops.Start("A loop", over => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, over));

        await loops.DisposeAsync();

        loops.ThrowIfAnyEnded();
    }

    [Fact]
    public async Task Loop_ThatFailsWhileItEnds_IsNoticedAtTheEnd()
    {
        Loops loops = new();
        loops.Start("A loop", async over =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidTimeZoneException("at last");
        });

        await loops.DisposeAsync();

        Assert.IsType<InvalidTimeZoneException>(Assert.Throws<LoopEndedException>(loops.ThrowIfAnyEndedUnnoticed).InnerException);
    }

    [Fact]
    public void Faults_AsManyRoundsAsKinds_MeetEachKind()
    {
        FaultDeck deck = new(new Random(1));

        for (int times = 0; times < 3; times++)
            Assert.Equal(Enum.GetValues<FaultKind>(), Enumerable.Range(0, FaultDeck.Size).Select(_ => deck.Next()).Order());
    }
}
