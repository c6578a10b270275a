using Coordinator.Model;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Mapping;

/// <summary>Runs as the API shows them.</summary>
internal static class RunMapping
{
    public static Proto.Run ToProto(Run run, string prompt = "")
    {
        Proto.Run proto = new()
        {
            RunId = run.RunId,
            SessionId = run.SessionId,
            Status = ToProto(run.Status),
            Prompt = prompt,
            Resumed = run.Resumed,
            Executor = run.Executor,
            Demands = new Proto.RunDemands { RunnerId = run.Demands.RunnerId, Hostname = run.Demands.Hostname, Tags = { run.Demands.Tags } },
            RunnerId = run.RunnerId,
            Epoch = run.Epoch,
            CreateTime = run.CreateTime.ToProto(),
            ClaimTime = run.ClaimTime?.ToProto(),
            StartTime = run.StartTime?.ToProto(),
            EndTime = run.EndTime?.ToProto(),
            QueueTimeout = run.QueueTimeout.ToProto(),
            MaxRuntime = run.MaxRuntime?.ToProto(),
            Failure = FailureOf(run),
            Stop = StopOf(run),
            PendingReason = run.PendingReason,
            Usage = UsageMapping.ToProto(run.Usage),
            ProcessesEnded = run.ProcessesEnded,
            EndedCommands = { run.EndedCommands },
            ResultTime = run.ResultTime?.ToProto(),
            EndedAfterResult = run.EndedAfterResult,
        };
        if (run.ExitCode is { } code)
            proto.ExitCode = code;
        return proto;
    }

    public static Proto.RunFailure? FailureOf(Run? run) =>
        run is { FailureReason.Length: > 0 } ? new Proto.RunFailure { Reason = run.FailureReason, Message = run.FailureMessage } : null;

    public static Proto.StopRecord? StopOf(Run? run)
    {
        if (run?.Stop is not { } stop)
            return null;
        Proto.StopRecord proto = new()
        {
            RequestedTime = stop.RequestedTime.ToProto(),
            RequestedBy = stop.RequestedBy,
            Reason = stop.Reason,
            GracePeriod = stop.GracePeriod.ToProto(),
            Force = stop.Force,
            SentTime = stop.SentTime?.ToProto(),
            ReceivedTime = stop.ReceivedTime?.ToProto(),
            SignalledTime = stop.SignalledTime?.ToProto(),
            KilledTime = stop.KilledTime?.ToProto(),
            EndedTime = stop.EndedTime?.ToProto(),
            Signal = stop.Signal,
            Escalated = stop.Escalated,
            ProcessesEnded = stop.ProcessesEnded,
            Outcome = ToProto(stop.Outcome),
            Clock = ClockOf(stop),
            RunnerClockOffset = stop.ClockOffset?.ToProto(),
            ClockUncertainty = stop.ClockUncertainty?.ToProto(),
            Detail = stop.OverdueTime is null ? stop.Detail : stop.WaitDetail,
            OverdueTime = stop.OverdueTime?.ToProto(),
            WaitingFor = ToProto(stop.WaitingFor),
            IncludeChildren = stop.IncludeChildren,
            Isolation = ToProto(run.Isolation),
        };
        if (stop.ExitCode is { } code)
            proto.ExitCode = code;
        if (stop.ProcessesLeft is { } left)
            proto.ProcessesLeft = left;
        return proto;
    }

    public static Proto.RunStatus ToProto(RunStatus status) => status switch
    {
        RunStatus.Pending => Proto.RunStatus.Pending,
        RunStatus.Claimed => Proto.RunStatus.Claimed,
        RunStatus.Running => Proto.RunStatus.Running,
        RunStatus.Stopping => Proto.RunStatus.Stopping,
        RunStatus.Completed => Proto.RunStatus.Completed,
        RunStatus.Failed => Proto.RunStatus.Failed,
        RunStatus.Stopped => Proto.RunStatus.Stopped,
    };

    /// <summary>The statuses of a checked request.</summary>
    public static RunStatus FromProto(Proto.RunStatus status) =>
        System.Enum.GetValues<RunStatus>().First(known => ToProto(known) == status);

    public static Proto.Isolation ToProto(Isolation isolation) => isolation switch
    {
        Isolation.Unknown => Proto.Isolation.Unspecified,
        Isolation.None => Proto.Isolation.None,
        Isolation.User => Proto.Isolation.User,
    };

    /// <summary>What a newer runner may say and this coordinator does not know is unknown to it.</summary>
    public static Isolation FromProto(Proto.Isolation isolation) => isolation switch
    {
        Proto.Isolation.None => Isolation.None,
        Proto.Isolation.User => Isolation.User,
        _ => Isolation.Unknown,
    };

    public static Timestamp ToProto(this DateTimeOffset time) => Timestamp.FromDateTimeOffset(time);

    public static Duration ToProto(this TimeSpan span) => Duration.FromTimeSpan(span);

    public static Proto.StopOutcome ToProto(StopOutcome outcome) => outcome switch
    {
        StopOutcome.InProgress => Proto.StopOutcome.InProgress,
        StopOutcome.Proved => Proto.StopOutcome.Proved,
        StopOutcome.NeverStarted => Proto.StopOutcome.NeverStarted,
        StopOutcome.TooLate => Proto.StopOutcome.TooLate,
        StopOutcome.Unproved => Proto.StopOutcome.Unproved,
    };

    private static Proto.StopWait ToProto(StopWait wait) => wait switch
    {
        StopWait.Nothing => Proto.StopWait.Unspecified,
        StopWait.Runner => Proto.StopWait.Runner,
        StopWait.Receipt => Proto.StopWait.Receipt,
        StopWait.Signal => Proto.StopWait.Signal,
        StopWait.Kill => Proto.StopWait.Kill,
        StopWait.Processes => Proto.StopWait.Processes,
    };

    private static Proto.StopClock ClockOf(StopState stop) => stop switch
    {
        { ClockOffset: null } => Proto.StopClock.Unspecified,
        { ClockAdjusted: true } => Proto.StopClock.Adjusted,
        _ => Proto.StopClock.Mapped,
    };
}
