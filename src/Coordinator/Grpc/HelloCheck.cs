using Coordinator.Mapping;
using Coordinator.Model;

namespace Coordinator.Grpc;

/// <summary>Checks what a runner says of itself, and finds what its frames have in common.</summary>
internal static class HelloCheck
{
    private const int MaxExecutors = 100;
    private const int MaxCapacity = 10_000;
    private const int MaxHeldRuns = 20_000;

    /// <exception cref="CoordinatorException">The hello is malformed; every wrong field is named.</exception>
    public static RunnerProfile Profile(Proto.RunnerHello hello)
    {
        RequestCheck check = new RequestCheck()
            .Id("hello.runner_id", hello.RunnerId, Ids.Runner)
            .Line("hello.boot_id", hello.BootId, 64, required: true)
            .Line("hello.name", hello.Name, RequestCheck.MaxName, required: true)
            .Line("hello.hostname", hello.Hostname, 255)
            .Line("hello.project_dir", hello.ProjectDir, RequestCheck.MaxPath)
            .Lines("hello.executors", hello.Executors, MaxExecutors, 64)
            .Executors("hello.executor_infos", hello.ExecutorInfos)
            .Lines("hello.tags", hello.Tags, RequestCheck.MaxLabels, RequestCheck.MaxLabel)
            .Line("hello.version", hello.Version, 64)
            .Line("hello.containment", hello.Containment, 64)
            .Line("hello.journal_id", hello.JournalId, 64);
        if (hello.Capacity is < 1 or > MaxCapacity)
            check.Fail("hello.capacity", $"must be 1 to {MaxCapacity:N0}");
        if (hello.Runs.Count > MaxHeldRuns)
            check.Fail("hello.runs", $"must have at most {MaxHeldRuns:N0} entries");
        for (int i = 0; i < Math.Min(hello.Runs.Count, MaxHeldRuns); i++)
            check.Id($"hello.runs[{i}].run_id", hello.Runs[i].RunId, Ids.Run);
        check.ThrowIfAny();
        return new RunnerProfile
        {
            RunnerId = hello.RunnerId,
            BootId = hello.BootId,
            JournalId = hello.JournalId,
            Name = hello.Name,
            Hostname = hello.Hostname,
            ProjectDir = hello.ProjectDir,
            Executors = ExecutorCheck.Read(hello),
            Tags = hello.Tags,
            Capacity = hello.Capacity,
            Version = hello.Version,
            Containment = hello.Containment,
            Isolation = RunMapping.FromProto(hello.Isolation),
        };
    }

    /// <summary>The header of a report.</summary>
    /// <exception cref="CoordinatorException">The frame is no report, or one without a header that names a run.</exception>
    public static Proto.ReportHeader HeaderOf(Proto.RunnerFrame frame)
    {
        Proto.ReportHeader? header = frame.FrameCase switch
        {
            Proto.RunnerFrame.FrameOneofCase.RunStarted => frame.RunStarted.Header,
            Proto.RunnerFrame.FrameOneofCase.RunEvents => frame.RunEvents.Header,
            Proto.RunnerFrame.FrameOneofCase.StopProgress => frame.StopProgress.Header,
            Proto.RunnerFrame.FrameOneofCase.RunEnded => frame.RunEnded.Header,
            _ => null,
        };
        RequestCheck check = new();
        if (header is null)
            check.Fail("frame", $"must be a report with a header at this point of the stream, not {frame.FrameCase}");
        else
            check.Id("header.run_id", header.RunId, Ids.Run);
        check.ThrowIfAny();
        return header!;
    }
}
