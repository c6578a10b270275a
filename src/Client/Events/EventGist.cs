using System.Globalization;
using Coordinator.Client.Text;

namespace Coordinator.Client.Events;

/// <summary>What happened, in one line.</summary>
public static class EventGist
{
    private const int MaxLength = 240;

    public static string Of(Proto.SessionEvent entry) => entry.EventCase switch
    {
        Proto.SessionEvent.EventOneofCase.RunStarted => Started(entry.RunStarted),
        Proto.SessionEvent.EventOneofCase.Message => $"{Who(entry.Message.Role)}: {FirstLine(entry.Message.Text)}",
        Proto.SessionEvent.EventOneofCase.ToolCall => $"→ {FirstLine(entry.ToolCall.ToolName)} {ToolInput.Gist(entry.ToolCall.InputJson)}".TrimEnd(),
        Proto.SessionEvent.EventOneofCase.ToolResult => $"← {(entry.ToolResult.IsError ? "error: " : "")}{FirstLine(entry.ToolResult.Text)}".TrimEnd(),
        Proto.SessionEvent.EventOneofCase.Output when entry.Output.QuotaReached => QuotaReached,
        Proto.SessionEvent.EventOneofCase.Output => Skipped(entry.Output.SkippedLines),
        Proto.SessionEvent.EventOneofCase.RunCompleted => "run completed",
        Proto.SessionEvent.EventOneofCase.RunStopped => Stopped(entry.RunStopped.Stop),
        Proto.SessionEvent.EventOneofCase.RunFailed => Failed(entry.RunFailed),
        _ => "something this version is too old to know",
    };

    public const string QuotaReached =
        "the run has used up its quota of stored events: what the agent says from here on is in the run's directory on its runner";

    public static string Who(Proto.MessageRole role) => role switch
    {
        Proto.MessageRole.User => "prompt",
        Proto.MessageRole.Assistant => "assistant",
        Proto.MessageRole.System => "notice",
        _ => "message",
    };

    public static string Skipped(long lines) =>
        $"{lines.ToString("N0", CultureInfo.InvariantCulture)} {(lines == 1 ? "line was" : "lines were")} skipped here: they came faster than they could be taken";

    public static string Started(Proto.RunStartedEvent started)
    {
        string runner = started.RunnerId.Length > 0 ? $" on {SafeText.Line(started.RunnerId)}" : "";
        return started.ProcessId > 0 ? $"run started{runner} as process {started.ProcessId}" : $"run started{runner}";
    }

    public static string Stopped(Proto.StopRecord? stop)
    {
        if (stop is not { RequestedTime: { } from, EndedTime: { } to })
            return "run stopped";
        string signal = stop.Signal.Length > 0 ? $" ({SafeText.Line(stop.Signal)})" : "";
        return $"run stopped in {Durations.Exactly(to.ToDateTimeOffset() - from.ToDateTimeOffset())}{signal}";
    }

    public static string Failed(Proto.RunFailedEvent failed)
    {
        string message = failed.Failure?.Message is { Length: > 0 } said ? $": {FirstLine(said)}" : "";
        return failed.HasExitCode && message.Length == 0 ? $"run failed with exit code {failed.ExitCode}" : $"run failed{message}";
    }

    /// <summary>The first line that says something.</summary>
    public static string FirstLine(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart();
        int end = rest.IndexOfAny('\r', '\n');
        string first = (end < 0 ? rest : rest[..end]).ToString();
        return SafeText.Line(first.Length > MaxLength ? SafeText.Head(first, MaxLength) + "…" : first);
    }
}
