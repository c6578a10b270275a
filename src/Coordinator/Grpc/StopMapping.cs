using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Stops;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Grpc;

/// <summary>Stops as callers ask for them, and what they are answered.</summary>
internal static class StopMapping
{
    /// <param name="check">With what the caller has checked already; throws if anything is wrong.</param>
    /// <exception cref="CoordinatorException">A field is wrong.</exception>
    public static StopCommand Check(RequestCheck check, Duration? gracePeriod, string reason, bool force, bool includeChildren)
    {
        check.Duration("grace_period", gracePeriod, TimeSpan.Zero, RequestCheck.MaxGrace)
            .Text("reason", reason, RequestCheck.MaxReason)
            .ThrowIfAny();
        return new StopCommand(gracePeriod?.ToTimeSpan(), reason, force, includeChildren);
    }

    public static Proto.StopSessionResponse ToSessionResponse(StopAnswer answer) => new()
    {
        SessionId = answer.Own.SessionId,
        SessionName = answer.Own.SessionName,
        RunId = answer.Own.RunId,
        Status = ToProto(answer.Own.Status),
        AlreadyStopping = answer.Own.AlreadyStopping,
        Delivery = ToProto(answer.Own.Delivery),
        Children = { answer.Children.Select(ToOutcome) },
    };

    public static Proto.StopRunResponse ToRunResponse(StopAnswer answer) => new()
    {
        SessionId = answer.Own.SessionId,
        SessionName = answer.Own.SessionName,
        RunId = answer.Own.RunId,
        Status = ToProto(answer.Own.Status),
        AlreadyStopping = answer.Own.AlreadyStopping,
        Delivery = ToProto(answer.Own.Delivery),
        Children = { answer.Children.Select(ToOutcome) },
    };

    public static Proto.SessionStopOutcome ToOutcome(StopResult result) => new()
    {
        SessionId = result.SessionId,
        SessionName = result.SessionName,
        RunId = result.RunId,
        Status = ToProto(result.Status),
        AlreadyStopping = result.AlreadyStopping,
        Delivery = ToProto(result.Delivery),
        ErrorReason = result.Refusal?.Reason ?? "",
        ErrorMessage = result.Refusal?.Message ?? "",
    };

    private static Proto.SessionStatus ToProto(SessionStatus? status) =>
        status is { } known ? SessionMapping.ToProto(known) : Proto.SessionStatus.Unspecified;

    private static Proto.StopDelivery ToProto(StopDelivery delivery) => delivery switch
    {
        StopDelivery.None => Proto.StopDelivery.Unspecified,
        StopDelivery.Sent => Proto.StopDelivery.Sent,
        StopDelivery.QueuedRunnerOffline => Proto.StopDelivery.QueuedRunnerOffline,
        StopDelivery.NotStarted => Proto.StopDelivery.NotStarted,
        StopDelivery.SentNotDurable => Proto.StopDelivery.SentNotDurable,
    };
}
