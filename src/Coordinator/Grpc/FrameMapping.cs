using Coordinator.Connections;
using Coordinator.Mapping;
using Coordinator.Model;

namespace Coordinator.Grpc;

/// <summary>What is told to runners, as frames of their connections.</summary>
internal static class FrameMapping
{
    public static Proto.CoordinatorFrame ToFrame(RunnerMessage message) => message switch
    {
        HeartbeatEcho echo => new Proto.CoordinatorFrame { Heartbeat = echo.Heartbeat },
        RunnerMessage.Acknowledge ack => new Proto.CoordinatorFrame
        {
            ReportAck = new Proto.ReportAck { RunId = ack.Claim.RunId, Epoch = ack.Claim.Epoch, Sequence = ack.Sequence },
        },
        RunnerCommand.StartRun start => new Proto.CoordinatorFrame { StartRun = ToProto(start) },
        RunnerCommand.StopRun stop => new Proto.CoordinatorFrame { StopRun = ToProto(stop) },
        RunnerCommand.Drain drain => new Proto.CoordinatorFrame { Drain = new Proto.Drain { Draining = drain.Draining } },
        RunnerMessage.Welcome welcome => new Proto.CoordinatorFrame
        {
            Welcome = new Proto.Welcome
            {
                Epoch = welcome.Epoch,
                HeartbeatInterval = welcome.HeartbeatInterval.ToProto(),
                Draining = welcome.Draining,
                ForgetRunIds = { welcome.Forget },
                TakesExecutorChanges = true,
                Time = welcome.Time.ToProto(),
            },
        },
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "There is no frame for it."),
    };

    /// <summary>The last frame of a connection that this side ends.</summary>
    public static Proto.CoordinatorFrame ToFrame(StreamEnd end) => new()
    {
        Disconnect = new Proto.Disconnect { Reason = ToProto(end.Reason), RetryAfter = StreamEnd.RetryAfter.ToProto() },
    };

    private static Proto.StartRun ToProto(RunnerCommand.StartRun start) => new()
    {
        CommandId = start.CommandId,
        RunId = start.Claim.RunId,
        SessionId = start.SessionId,
        Epoch = start.Claim.Epoch,
        Executor = start.Executor,
        Prompt = start.Prompt,
        ProjectDir = start.ProjectDir,
        ExecutorSessionId = start.ExecutorSessionId,
        AgentName = start.AgentName,
        UsageBefore = start.UsageBefore is { } totals ? Proto.Usage.Parser.ParseFrom(totals) : null,
    };

    private static Proto.StopRun ToProto(RunnerCommand.StopRun stop) => new()
    {
        CommandId = stop.CommandId,
        RunId = stop.Claim.RunId,
        Epoch = stop.Claim.Epoch,
        GracePeriod = stop.GracePeriod.ToProto(),
        Force = stop.Force,
    };

    private static Proto.DisconnectReason ToProto(DisconnectReason reason) => reason switch
    {
        DisconnectReason.None => Proto.DisconnectReason.Unspecified,
        DisconnectReason.Superseded => Proto.DisconnectReason.Superseded,
        DisconnectReason.HeartbeatTimeout => Proto.DisconnectReason.HeartbeatTimeout,
        DisconnectReason.SlowRunner => Proto.DisconnectReason.SlowRunner,
        DisconnectReason.NotStored => Proto.DisconnectReason.NotStored,
    };
}

/// <summary>The answer to a runner's heartbeat, with the runner's own time as it was: its clock is measured with it.</summary>
internal sealed record HeartbeatEcho(Proto.CoordinatorHeartbeat Heartbeat) : RunnerMessage;
