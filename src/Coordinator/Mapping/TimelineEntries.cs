using Coordinator.Model;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Mapping;

/// <summary>The entries that the coordinator itself makes in a session's timeline.</summary>
internal static class TimelineEntries
{
    /// <summary>Texts in the timeline are cut at this many characters; the whole is in the run.</summary>
    public const int MaxText = 64 * 1024;

    public static Proto.SessionEvent Prompt(string prompt) => new()
    {
        Message = new Proto.MessageEvent { Role = Proto.MessageRole.User, Text = Cut(prompt) },
    };

    public static Proto.SessionEvent Started(string runnerId, int processId, string containment, Isolation isolation, DateTimeOffset time) => new()
    {
        Time = time.ToProto(),
        RunStarted = new Proto.RunStartedEvent
        {
            RunnerId = runnerId,
            ProcessId = processId,
            Containment = containment,
            Isolation = RunMapping.ToProto(isolation),
        },
    };

    /// <summary>The entry for the end of a run; null if it has not ended.</summary>
    public static Proto.SessionEvent? EndOf(Run run, string resultText) => run.Status switch
    {
        RunStatus.Completed => At(run.EndTime, new Proto.SessionEvent
        {
            RunCompleted = new Proto.RunCompletedEvent
            {
                ResultText = Cut(resultText),
                ProcessesEnded = run.ProcessesEnded,
                EndedCommands = { run.EndedCommands },
                EndedAfterResult = run.EndedAfterResult,
            },
        }),
        RunStatus.Stopped => At(run.EndTime, new Proto.SessionEvent
        {
            RunStopped = new Proto.RunStoppedEvent { Stop = RunMapping.StopOf(run), EndedCommands = { run.EndedCommands } },
        }),
        RunStatus.Failed => At(run.EndTime, Failed(run)),
        RunStatus.Pending or RunStatus.Claimed or RunStatus.Running or RunStatus.Stopping => null,
    };

    private static Proto.SessionEvent Failed(Run run)
    {
        Proto.RunFailedEvent failed = new()
        {
            Failure = RunMapping.FailureOf(run),
            ProcessesEnded = run.ProcessesEnded,
            EndedCommands = { run.EndedCommands },
            EndedAfterResult = run.EndedAfterResult,
        };
        if (run.ExitCode is { } code)
            failed.ExitCode = code;
        return new Proto.SessionEvent { RunFailed = failed };
    }

    private static Proto.SessionEvent At(DateTimeOffset? time, Proto.SessionEvent entry)
    {
        entry.Time = time is { } known ? Timestamp.FromDateTimeOffset(known) : null;
        return entry;
    }

    private static string Cut(string text) =>
        text.Length <= MaxText ? text : $"{text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)]}… (cut here)";
}
