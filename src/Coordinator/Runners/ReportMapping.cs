using Coordinator.Requests;
using Coordinator.Runs;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Runners;

/// <summary>A runner's reports as the domain sees them.</summary>
internal static class ReportMapping
{
    public static void Received(StopState stop, DateTimeOffset sent, Proto.CommandReceived received)
    {
        stop.SentTime = sent > stop.RequestedTime ? sent : stop.RequestedTime;
        StopTimeline.Received(stop, TimeOf(received.Time, sent), ClockOf(received.Clock));
    }

    public static void Progress(StopState stop, Proto.StopProgress progress, DateTimeOffset now)
    {
        DateTimeOffset time = TimeOf(progress.Time, now);
        Runs.ClockReading clock = ClockOf(progress.Clock);
        switch (progress.Phase)
        {
            case Proto.StopPhase.Received:
                StopTimeline.Received(stop, time, clock);
                break;
            case Proto.StopPhase.Signalled:
                StopTimeline.Signalled(stop, time, clock);
                break;
            case Proto.StopPhase.Killed:
                StopTimeline.Killed(stop, time, clock);
                stop.Escalated = true;
                break;
        }

        stop.ProcessesLeft = progress.ProcessesLeft;
        stop.Detail = PlainText.Head(progress.Detail, 1_024);
    }

    /// <summary>What the end of a run means; null for an outcome this coordinator does not know.</summary>
    public static RunEvent? EventOf(Proto.RunEnded ended, string runnerId, DateTimeOffset now)
    {
        AgentEnd end = new(
            TimeOf(ended.Time, now),
            ended.HasExitCode && !ended.EndedAfterResult ? ended.ExitCode : null,
            PlainText.Line(ended.Signal, 32),
            ended.Escalated,
            EndedOf(ended),
            PlainText.Head(ended.ResultText, 1_048_576),
            ClockOf(ended.Clock));
        return ended.Outcome switch
        {
            Proto.RunOutcome.Exited => Exited(end, ended),
            Proto.RunOutcome.Stopped => new RunEvent.ProveStop(end),
            Proto.RunOutcome.NeverStarted => new RunEvent.ReturnUnstarted(),
            Proto.RunOutcome.StartFailed => new RunEvent.FailStart(RunFailure.StartFailed(PlainText.Head(ended.Error, 4_096))),
            Proto.RunOutcome.RunnerRestarted => new RunEvent.RestartRunner(RunFailure.RunnerRestarted(runnerId), EndedOf(ended)),
            Proto.RunOutcome.ContainmentBroken =>
                new RunEvent.BreakContainment(end, RunFailure.ContainmentBroken(PlainText.Head(ended.Error, 4_096))),
            _ => null,
        };
    }

    /// <summary>A time of a report; the coordinator's own if the runner sent none or an impossible one.</summary>
    public static DateTimeOffset TimeOf(Timestamp? time, DateTimeOffset otherwise) => IsTime(time) ? time!.ToDateTimeOffset() : otherwise;

    /// <summary>Whether it is there and in the years 1 to 9999; others cannot be converted.</summary>
    public static bool IsTime(Timestamp? time)
    {
        const long Earliest = -62_135_596_800, Latest = 253_402_300_799;
        return time is { Nanos: >= 0 and < 1_000_000_000, Seconds: >= Earliest and <= Latest };
    }

    /// <summary>The time; null if there is none, or an impossible one.</summary>
    public static DateTimeOffset? MomentOf(Timestamp? time) => IsTime(time) ? time!.ToDateTimeOffset() : null;

    /// <summary>The totals of a conversation, to be kept for its next run; null if the runner gave none.</summary>
    public static byte[]? TotalsOf(Proto.Usage? totals) => totals is null ? null : new Proto.Usage
    {
        InputTokens = totals.InputTokens,
        OutputTokens = totals.OutputTokens,
        CacheReadTokens = totals.CacheReadTokens,
        CacheWriteTokens = totals.CacheWriteTokens,
        ReasoningTokens = totals.ReasoningTokens,
        CostMicros = totals.CostMicros,
    }.ToByteArray();

    private static RunEvent Exited(AgentEnd end, Proto.RunEnded ended)
    {
        LastWords said = new(
            ended.ResultIsError ? PlainText.Block(ended.ResultText, 1_024) : "", PlainText.Block(ended.StandardError, 1_000));
        return end switch
        {
            _ when ended.EndedAfterResult && ended.ResultIsError => new RunEvent.Fail(end, RunFailure.AgentError(said)),
            _ when ended.EndedAfterResult => new RunEvent.Complete(end),
            { ExitCode: 0 } when !ended.ResultIsError => new RunEvent.Complete(end),
            { ExitCode: 0 } => new RunEvent.Fail(end, RunFailure.AgentError(said)),
            { ExitCode: { } code } => new RunEvent.Fail(end, RunFailure.ExitCode(code, said)),
            { Signal.Length: > 0 } => new RunEvent.Fail(end, RunFailure.KilledBySignal(end.Signal, said)),
            _ => new RunEvent.Fail(end, RunFailure.UnknownEnd()),
        };
    }

    private static EndedProcesses EndedOf(Proto.RunEnded ended) => new(
        Math.Max(0, ended.ProcessesEnded),
        [.. ended.EndedCommands.Take(EndedProcesses.MaxNames).Select(name => PlainText.Name(name, EndedProcesses.MaxNameBytes))],
        ended.EndedAfterResult && ended.Outcome == Proto.RunOutcome.Exited);

    private static Runs.ClockReading ClockOf(Proto.ClockReading? clock) =>
        new(SpanOf(clock?.Offset), SpanOf(clock?.Uncertainty));

    private static TimeSpan SpanOf(Duration? span) =>
        span is { Seconds: > -315_576_000_000 and < 315_576_000_000, Nanos: > -1_000_000_000 and < 1_000_000_000 }
            ? TimeSpan.FromSeconds(span.Seconds) + TimeSpan.FromTicks(span.Nanos / 100)
            : TimeSpan.Zero;
}
