using Coordinator.Client.Stops;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Client.Tests.Stops;

public sealed class StopBatchTests
{
    private readonly StopBatch _batch = new(["ses_000001", "ses_000002"]);

    [Fact]
    public void Take_EndsOfItsSessions_AreCountedOnceUntilItIsOver()
    {
        Assert.False(_batch.Take(Session(1, Proto.SessionStatus.Stopping)));
        Assert.False(_batch.Take(Session(3, Proto.SessionStatus.Stopped)));
        Assert.True(_batch.Take(Session(1, Proto.SessionStatus.Stopped)));
        Assert.False(_batch.Take(Session(1, Proto.SessionStatus.Stopped)));
        Assert.Equal((false, "Stopping 2 sessions: 1 ended, 1 to go."), (_batch.IsOver, _batch.Text));

        Assert.True(_batch.Take(Session(2, Proto.SessionStatus.Failed)));

        Assert.Equal((true, false, "All 2 sessions have ended, nothing left running."), (_batch.IsOver, _batch.IsDoubtful, _batch.Text));
    }

    [Fact]
    public void Text_EndWithoutProof_SaysSo()
    {
        Proto.Session unproved = Session(2, Proto.SessionStatus.Failed);
        unproved.Stop = new() { Outcome = Proto.StopOutcome.Unproved };
        _batch.Take(Session(1, Proto.SessionStatus.Stopped));
        _batch.Take(unproved);

        Assert.Equal((true, "2 sessions have ended; for 1 of them that is not proved."), (_batch.IsDoubtful, _batch.Text));
    }
}
