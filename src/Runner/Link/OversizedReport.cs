namespace Coordinator.AgentRunner.Link;

/// <summary>
/// A report that is larger than a message may be cannot be told, however often it is tried, and everything of the runner that comes
/// after it could not either. What makes reports keeps them far below; this holds where that fails, and for what an earlier version
/// left on the disk.
/// </summary>
internal static class OversizedReport
{
    /// <summary>Half of what gRPC lets through; a run's result alone may have 1 MiB.</summary>
    internal const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>Takes out of a report what makes it too large, and puts a mark in its place.</summary>
    public static void Shorten(Proto.RunnerFrame frame)
    {
        if (frame.CalculateSize() <= MaxBytes)
            return;
        switch (frame.FrameCase)
        {
            case Proto.RunnerFrame.FrameOneofCase.RunEvents:
                Shorten(frame.RunEvents);
                break;
            case Proto.RunnerFrame.FrameOneofCase.RunEnded:
                Shorten(frame.RunEnded);
                break;
        }
    }

    private static void Shorten(Proto.RunEvents report)
    {
        Proto.OutputEvent mark = new() { Stream = Proto.OutputStream.Stdout, SkippedLines = report.Events.Count };
        Proto.SessionEvent first = new() { Time = report.Events.FirstOrDefault()?.Time, Output = mark };
        report.Events.Clear();
        report.Events.Add(first);
    }

    private static void Shorten(Proto.RunEnded report)
    {
        const string Mark = "[the result was too large to be told]";
        report.ResultText = Mark;
        report.Error = "";
        report.StandardError = "";
        report.ExecutorSessionId = "";
    }
}
