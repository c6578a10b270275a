using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Reports;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Grpc;

/// <summary>
/// What runners tell, as the use cases take it. A runner bounds and cleans what agents say, but it is another program, perhaps an
/// older one, perhaps none of ours: everything is bounded here once more.
/// </summary>
internal static class ReportMapping
{
    private const int MaxContainment = 64;

    /// <param name="frame">A report with a header that was checked.</param>
    public static RunReport ToReport(Proto.RunnerFrame frame, Proto.ReportHeader header)
    {
        RunClaim claim = new(header.RunId, header.Epoch);
        return frame.FrameCase switch
        {
            Proto.RunnerFrame.FrameOneofCase.RunStarted => StartedOf(claim, header.Sequence, frame.RunStarted),
            Proto.RunnerFrame.FrameOneofCase.RunEvents => EventsOf(claim, header.Sequence, frame.RunEvents),
            Proto.RunnerFrame.FrameOneofCase.StopProgress => new RunReport.Progress(claim, header.Sequence, StepOf(frame.StopProgress)),
            Proto.RunnerFrame.FrameOneofCase.RunEnded => EndedOf(claim, header.Sequence, frame.RunEnded),
            _ => throw new ArgumentOutOfRangeException(nameof(frame), frame.FrameCase, "The frame is no report."),
        };
    }

    public static StopReceipt ReceiptOf(Proto.CommandReceived received) =>
        new(received.CommandId, received.RunId, MomentOf(received.Time), ClockOf(received.Clock));

    public static HeldRun HeldOf(Proto.HeldRun held) => new(new RunClaim(held.RunId, held.Epoch), held.State == Proto.HeldRunState.Ended);

    private static RunReport.Started StartedOf(RunClaim claim, long sequence, Proto.RunStarted started) => new(
        claim, sequence, MomentOf(started.Time), started.ProcessId, PlainText.Name(started.Containment, MaxContainment), RunMapping.FromProto(started.Isolation));

    private static RunReport.Events EventsOf(RunClaim claim, long sequence, Proto.RunEvents report)
    {
        List<Proto.SessionEvent> items = new(report.Events.Count);
        foreach (Proto.SessionEvent item in report.Events)
        {
            if (!AgentEvents.TryClean(item))
                continue;
            if (!IsTime(item.Time))
                item.Time = null;
            items.Add(item);
        }

        Findings findings = new(report.ExecutorSessionId, TotalsOf(report.ConversationUsage), UsageOf(report.Usage));
        return new RunReport.Events(claim, sequence, items, findings, MomentOf(report.ResultTime));
    }

    private static StopStep StepOf(Proto.StopProgress progress) => new(
        progress.Phase switch
        {
            Proto.StopPhase.Received => StopPhase.Received,
            Proto.StopPhase.Signalled => StopPhase.Signalled,
            Proto.StopPhase.Killed => StopPhase.Killed,
            _ => StopPhase.Unknown,
        },
        MomentOf(progress.Time),
        ClockOf(progress.Clock),
        progress.ProcessesLeft,
        PlainText.Head(progress.Detail, 1_024));

    private static RunReport.Ended EndedOf(RunClaim claim, long sequence, Proto.RunEnded ended) => new(
        claim,
        sequence,
        new RunEnd(
            OutcomeOf(ended.Outcome),
            MomentOf(ended.Time),
            ended.HasExitCode && !ended.EndedAfterResult ? ended.ExitCode : null,
            PlainText.Line(ended.Signal, 32),
            ended.Escalated,
            ProcessesOf(ended),
            PlainText.Head(ended.ResultText, 1_048_576),
            ended.ResultIsError,
            new LastWords(ended.ResultIsError ? PlainText.Block(ended.ResultText, 1_024) : "", PlainText.Block(ended.StandardError, 1_000)),
            PlainText.Head(ended.Error, 4_096),
            ClockOf(ended.Clock)),
        new Findings(ended.ExecutorSessionId, TotalsOf(ended.ConversationUsage), UsageOf(ended.Usage)),
        ended.ProcessesLeft);

    private static RunOutcome OutcomeOf(Proto.RunOutcome outcome) => outcome switch
    {
        Proto.RunOutcome.Exited => RunOutcome.Exited,
        Proto.RunOutcome.Stopped => RunOutcome.Stopped,
        Proto.RunOutcome.NeverStarted => RunOutcome.NeverStarted,
        Proto.RunOutcome.StartFailed => RunOutcome.StartFailed,
        Proto.RunOutcome.RunnerRestarted => RunOutcome.RunnerRestarted,
        Proto.RunOutcome.ContainmentBroken => RunOutcome.ContainmentBroken,
        _ => RunOutcome.Unknown,
    };

    private static Usage? UsageOf(Proto.Usage? usage) => usage is null ? null : UsageMapping.FromProto(usage);

    /// <summary>Whether it is there and in the years 1 to 9999; others cannot be converted.</summary>
    private static bool IsTime(Timestamp? time)
    {
        const long Earliest = -62_135_596_800, Latest = 253_402_300_799;
        return time is { Nanos: >= 0 and < 1_000_000_000, Seconds: >= Earliest and <= Latest };
    }

    /// <summary>The time; null if there is none, or an impossible one.</summary>
    private static DateTimeOffset? MomentOf(Timestamp? time) => IsTime(time) ? time!.ToDateTimeOffset() : null;

    /// <summary>The totals of a conversation, to be kept for its next run; null if the runner gave none.</summary>
    private static byte[]? TotalsOf(Proto.Usage? totals) => totals is null ? null : new Proto.Usage
    {
        InputTokens = totals.InputTokens,
        OutputTokens = totals.OutputTokens,
        CacheReadTokens = totals.CacheReadTokens,
        CacheWriteTokens = totals.CacheWriteTokens,
        ReasoningTokens = totals.ReasoningTokens,
        CostMicros = totals.CostMicros,
    }.ToByteArray();

    private static EndedProcesses ProcessesOf(Proto.RunEnded ended) => new(
        Math.Max(0, ended.ProcessesEnded),
        [.. ended.EndedCommands.Take(EndedProcesses.MaxNames).Select(name => PlainText.Name(name, EndedProcesses.MaxNameBytes))],
        ended.EndedAfterResult && ended.Outcome == Proto.RunOutcome.Exited);

    private static ClockReading ClockOf(Proto.ClockReading? clock) =>
        new(SpanOf(clock?.Offset), SpanOf(clock?.Uncertainty));

    private static TimeSpan SpanOf(Duration? span) =>
        span is { Seconds: > -315_576_000_000 and < 315_576_000_000, Nanos: > -1_000_000_000 and < 1_000_000_000 }
            ? TimeSpan.FromSeconds(span.Seconds) + TimeSpan.FromTicks(span.Nanos / 100)
            : TimeSpan.Zero;
}
