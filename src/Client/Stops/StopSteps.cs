using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Client.Stops;

/// <summary>A stop as the stations it passes, with the time of each.</summary>
public static class StopSteps
{
    private static readonly (string Name, string Explanation, Func<Proto.StopRecord, Timestamp?> Time)[] Stations =
    [
        ("Requested", "The coordinator has committed the stop. It can no longer be lost.", r => r.RequestedTime),
        ("Sent", "The command was written to the runner's stream.", r => r.SentTime),
        ("Received", "The runner has the command.", r => r.ReceivedTime),
        ("SIGTERM", "The first signal was sent to every process of the run.", r => r.SignalledTime),
        ("SIGKILL", "What had not ended was killed.", r => r.KilledTime),
        ("Ended", "Nothing of the run is alive.", r => r.EndedTime),
    ];

    public static IReadOnlyList<StopStep> Of(Proto.StopRecord record)
    {
        int last = Array.FindLastIndex(Stations, s => s.Time(record) is not null);
        bool isOver = record.EndedTime is not null || record.Outcome is not (Proto.StopOutcome.Unspecified or Proto.StopOutcome.InProgress);
        List<StopStep> steps = [];
        for (int i = 0; i < Stations.Length; i++)
        {
            Timestamp? time = Stations[i].Time(record);
            StopStepState state = (time, i) switch
            {
                (not null, _) => StopStepState.Done,
                _ when isOver || i < last => StopStepState.Skipped,
                _ when i == NextAfter(record, last) => StopStepState.Current,
                _ => StopStepState.Ahead,
            };
            steps.Add(new StopStep(Stations[i].Name, Stations[i].Explanation, state, Since(record, time)));
        }

        return steps;
    }

    /// <summary>What a stop in flight is doing, in one or two words for a badge.</summary>
    public static string Phase(Proto.StopRecord record) => record switch
    {
        { KilledTime: not null } => "SIGKILL",
        { SignalledTime: not null } => "SIGTERM",
        { ReceivedTime: not null } => "received",
        { SentTime: not null } => "sent",
        _ => "waiting for the runner",
    };

    /// <summary>How long the whole stop took; null while it is on its way.</summary>
    public static TimeSpan? Total(Proto.StopRecord record) => Since(record, record.EndedTime);

    /// <summary>After SIGTERM the run is expected to end; SIGKILL only comes if it does not.</summary>
    private static int NextAfter(Proto.StopRecord record, int last) => last switch
    {
        2 when record.Force => 4,
        3 => 5,
        _ => last + 1,
    };

    private static TimeSpan? Since(Proto.StopRecord record, Timestamp? time) =>
        time is null || record.RequestedTime is null ? null : time.ToDateTimeOffset() - record.RequestedTime.ToDateTimeOffset();
}
