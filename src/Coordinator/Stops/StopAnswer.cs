using Google.Protobuf;

namespace Coordinator.Stops;

/// <summary>What became of a stop: for the session that was named, and for its active descendants.</summary>
internal sealed record StopAnswer(StopStep Own, IReadOnlyList<StopStep> Children)
{
    public Proto.StopSessionResponse ToSessionResponse()
    {
        Proto.SessionStopOutcome own = Own.ToProto();
        return new Proto.StopSessionResponse
        {
            SessionId = own.SessionId,
            SessionName = own.SessionName,
            RunId = own.RunId,
            Status = own.Status,
            AlreadyStopping = own.AlreadyStopping,
            Delivery = own.Delivery,
            Children = { Children.Select(c => c.ToProto()) },
        };
    }

    /// <summary>The same message under the name of the other call: it has the same fields with the same numbers.</summary>
    public Proto.StopRunResponse ToRunResponse() => Proto.StopRunResponse.Parser.ParseFrom(ToSessionResponse().ToByteArray());
}
