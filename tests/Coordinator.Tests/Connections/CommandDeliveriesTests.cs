using Coordinator.Connections;
using Coordinator.Model;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Tests.Connections;

/// <summary>Who waits for a command learns of it by its id.</summary>
public sealed class CommandDeliveriesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CommandDeliveries _deliveries;

    public CommandDeliveriesTests() => _deliveries = new CommandDeliveries(_time);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Command_OfTheOperation_IsWrittenOrNot(bool isWritten)
    {
        using CommandDeliveries.Watch watch = _deliveries.Of("op_1");
        _deliveries.Note(Stop("cmd_1", "op_1"), Task.FromResult(isWritten));

        Assert.Equal(isWritten, await watch.IsWrittenAsync("cmd_1").WithTimeout());
    }

    [Fact]
    public async Task Command_ThatIsNotWritten_IsGivenUpAfterASecond()
    {
        using CommandDeliveries.Watch watch = _deliveries.Of("op_1");
        _deliveries.Note(Stop("cmd_1", "op_1"), new TaskCompletionSource<bool>().Task);
        Task<bool> written = watch.IsWrittenAsync("cmd_1");

        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(written.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.False(await written.WithTimeout());
    }

    [Fact]
    public async Task Command_OfAnotherOperation_IsNotKnown()
    {
        using CommandDeliveries.Watch watch = _deliveries.Of("op_1");
        _deliveries.Note(Stop("cmd_2", "op_2"), Task.FromResult(true));
        _deliveries.Note(Stop("cmd_3", ""), Task.FromResult(true));

        Assert.False(await watch.IsWrittenAsync("cmd_2").WithTimeout());
        Assert.False(await watch.IsWrittenAsync("cmd_3").WithTimeout());
    }

    /// <summary>As when the coordinator stops several runs for one reason.</summary>
    [Fact]
    public async Task Operation_OfSeveralThatWait_IsRememberedUntilTheLast()
    {
        CommandDeliveries.Watch first = _deliveries.Of("op_1");
        using CommandDeliveries.Watch second = _deliveries.Of("op_1");
        first.Dispose();

        _deliveries.Note(Stop("cmd_1", "op_1"), Task.FromResult(true));

        Assert.True(await second.IsWrittenAsync("cmd_1").WithTimeout());
    }

    private static RunnerCommand.StopRun Stop(string commandId, string operationId) =>
        new(commandId, "rnr_1", new RunClaim("run_1", 1), TimeSpan.Zero, Force: false, operationId);
}
