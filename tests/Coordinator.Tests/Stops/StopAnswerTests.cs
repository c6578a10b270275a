using Coordinator.Grpc;
using Coordinator.Model;
using Coordinator.Stops;
using Google.Protobuf;

namespace Coordinator.Tests.Stops;

public sealed class StopAnswerTests
{
    /// <summary>The answers of both calls have the same fields with the same numbers, so the bytes of one are those of the other.</summary>
    [Fact]
    public void Responses_OfBothStops_SayTheSame()
    {
        StopResult own = new()
        {
            SessionId = "ses_1",
            SessionName = "one",
            RunId = "run_1",
            Status = SessionStatus.Stopping,
            AlreadyStopping = true,
            Delivery = StopDelivery.QueuedRunnerOffline,
        };
        StopAnswer answer = new(
            own,
            [
                own with { SessionId = "ses_2", Delivery = StopDelivery.Sent },
                StopResult.Missing("ses_3", CoordinatorException.SessionNotFound("ses_3")),
            ]);

        byte[] ofSession = StopMapping.ToSessionResponse(answer).ToByteArray();

        Assert.Equal(ofSession, StopMapping.ToRunResponse(answer).ToByteArray());
        Assert.Equal(2, Proto.StopRunResponse.Parser.ParseFrom(ofSession).Children.Count);
    }
}
