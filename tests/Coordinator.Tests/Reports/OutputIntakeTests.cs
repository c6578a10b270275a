using Coordinator.Reports;

namespace Coordinator.Tests.Reports;

/// <summary>What the bound of output under way lets in, and when.</summary>
public sealed class OutputIntakeTests
{
    private const int Large = 600_000;

    private readonly OutputIntake _intake = new();

    [Fact]
    public void Enter_WhileThereIsRoom_CompletesAtOnce()
    {
        for (int i = 0; i < 5; i++)
            Assert.True(EnterAsync(100_000).IsCompletedSuccessfully);
    }

    [Fact]
    public void Enter_LargerThanAll_EntersIfNothingElseIsInside() => Assert.True(EnterAsync(int.MaxValue).IsCompletedSuccessfully);

    [Fact]
    public async Task Leave_LetsInThoseThatWait_InTheirTurn()
    {
        await EnterAsync(Large);
        Task second = EnterAsync(Large), third = EnterAsync(1);

        _intake.Leave(Large);
        await second;
        Assert.False(third.IsCompleted);

        _intake.Leave(Large);
        await third;
    }

    [Fact]
    public async Task Enter_Cancelled_TakesNoRoom()
    {
        await EnterAsync(Large);
        using CancellationTokenSource gone = new();
        Task cancelled = _intake.EnterAsync(Large, gone.Token), next = EnterAsync(1);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _intake.Leave(Large);
        await next;
        Assert.True(EnterAsync(1).IsCompletedSuccessfully);
    }

    private Task EnterAsync(int bytes) => _intake.EnterAsync(bytes, TestContext.Current.CancellationToken);
}
