using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Puts what happens to one run into reports. All times of a stop are mapped with the mapping that was known when it
/// arrived: a better measurement in the middle of a stop must not turn its order around.
/// </summary>
internal sealed class RunReporter(RunKey key, IReports reports, RunnerClock clock) : IStopWitness
{
    private volatile ClockMapping? _stopMapping;

    /// <summary>
    /// Whether signals belong to a stop of the coordinator. Those that only sweep up behind an agent that exited by
    /// itself do not: its stop, if there is one, came too late.
    /// </summary>
    public bool IsStopping { get; set; }

    private ClockMapping Mapping => _stopMapping ?? clock.Mapping;

    public void Started(int processId, IContainment containment) => reports.Post(new Proto.RunnerFrame
    {
        RunStarted = new Proto.RunStarted
        {
            Header = key.NewHeader(),
            Time = Mapping.Map(clock.Now),
            ProcessId = processId,
            Containment = containment.Kind,
            Isolation = containment.Isolation,
        },
    });

    public void StopReceived(DateTimeOffset at)
    {
        _stopMapping = clock.Mapping;
        Progress(Proto.StopPhase.Received, at);
    }

    public void Signalled(DateTimeOffset at)
    {
        // Whoever waits for room for output now only holds the proof up.
        reports.Hurry(key);
        if (IsStopping)
            Progress(Proto.StopPhase.Signalled, at);
    }

    public void Killed(DateTimeOffset at)
    {
        if (IsStopping)
            Progress(Proto.StopPhase.Killed, at);
    }

    public void Stuck(DateTimeOffset at, ProcessCensus census)
    {
        if (_stopMapping is not null)
            Progress(Proto.StopPhase.Stuck, at, census.Alive, census.Detail);
    }

    /// <summary>The last report but for its outcome.</summary>
    public Proto.RunEnded Ended(DateTimeOffset at) => new()
    {
        Header = key.NewHeader(),
        Time = Mapping.Map(at),
        Clock = Mapping.ToReading(),
    };

    private void Progress(Proto.StopPhase phase, DateTimeOffset at, int processesLeft = 0, string detail = "") =>
        reports.Post(new Proto.RunnerFrame
        {
            StopProgress = new Proto.StopProgress
            {
                Header = key.NewHeader(),
                Phase = phase,
                Time = Mapping.Map(at),
                Clock = Mapping.ToReading(),
                ProcessesLeft = processesLeft,
                Detail = detail,
            },
        });
}
