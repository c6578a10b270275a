using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Every run this runner holds, and what each command does to it: the protocol, without sockets, clocks or processes.
/// A run executes at most once at a time, whatever is repeated or overtaken; a stop that comes before its start
/// prevents it; and whatever is asked about a claim that is over is answered with the report that ended it. Nothing
/// here waits, so the lock is only ever held for moments.
/// </summary>
internal sealed partial class RunTable(
    IReports reports, IRunLauncher launcher, RunnerClock clock, ILogger<RunTable> logger)
{
    private static readonly TimeSpan MaxGrace = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HeldClaim> _held = new(StringComparer.Ordinal);
    private readonly Tombstones _tombstones = new(clock);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    public void Start(Proto.StartRun command)
    {
        lock (_gate)
        {
            if (_tombstones.Find(command.RunId) is { } end && end.Header.Epoch >= command.Epoch)
            {
                Repeat(end);
                return;
            }

            HeldClaim? held = _held.GetValueOrDefault(command.RunId);
            if (held?.Key.Epoch >= command.Epoch)
                return;
            if (held is { HasEnded: false })
                Supersede(held, command);
            else
                LaunchUnlessClosed(command);
        }
    }

    /// <summary>Carries out a stop; <paramref name="receivedAt"/> is on the runner's clock.</summary>
    public void Stop(Proto.StopRun command, DateTimeOffset receivedAt)
    {
        StopOrder order = command.Force
            ? StopOrder.Now(StopOrigin.Coordinator, receivedAt)
            : StopOrder.After(StopOrigin.Coordinator, receivedAt, GraceOf(command));

        lock (_gate)
        {
            HeldClaim? held = _held.GetValueOrDefault(command.RunId);
            if (held is { HasEnded: false })
                StopAlive(held, command.Epoch, order);
            else if (held?.Key.Epoch >= command.Epoch)
                return; // Its end waits for the acknowledgement and says all there is to say.
            else if (_tombstones.Find(command.RunId) is { } end && end.Header.Epoch >= command.Epoch)
                Repeat(end);
            else
                ReportNeverStarted(new RunKey(command.RunId, command.Epoch), receivedAt);
        }
    }

    public void Acknowledge(Proto.ReportAck ack)
    {
        RunKey key = new(ack.RunId, ack.Epoch);
        lock (_gate)
        {
            bool isOver = reports.Acknowledge(key, ack.Sequence);
            if (isOver && _held.TryGetValue(key.RunId, out HeldClaim? held) && held.Key == key)
                Release(held);
        }
    }

    /// <summary>Ends and forgets runs that are over for the coordinator.</summary>
    public void Forget(IEnumerable<string> runIds)
    {
        lock (_gate)
        {
            foreach (string runId in runIds)
            {
                reports.Discard(runId);
                if (!_held.TryGetValue(runId, out HeldClaim? held))
                    continue;
                LogForgotten(logger, runId);
                if (held.HasEnded)
                {
                    Release(held);
                    continue;
                }

                held.IsForgotten = true;
                reports.Mute(held.Key);
                held.Control?.Stop(StopOrder.Now(StopOrigin.Forgotten, clock.Now));
            }
        }
    }

    /// <summary>Holds a run of an earlier life of the runner, whose end the coordinator has not committed.</summary>
    public void Recover(Proto.RunEnded end, IRunControl control)
    {
        lock (_gate)
            HoldEnd(end, control);
    }

    /// <summary>Accepts no more starts and stops everything; a second call may do so faster.</summary>
    public void Close(TimeSpan grace)
    {
        lock (_gate)
        {
            _closed = true;
            foreach (HeldClaim held in _held.Values.Where(held => !held.HasEnded))
                held.Control?.Stop(StopOrder.After(StopOrigin.Shutdown, clock.Now, grace));
            CompleteIdle();
        }
    }

    /// <summary>Completes when the table is closed and no run is alive.</summary>
    public Task Idle => _idle.Task;

    /// <summary>Every run for the hello.</summary>
    public IReadOnlyList<Proto.HeldRun> Held()
    {
        lock (_gate)
            return [.. _held.Values.Select(held => held.ToHello())];
    }

    /// <summary>Whatever the field holds, it must not keep a stop from being carried out.</summary>
    private static TimeSpan GraceOf(Proto.StopRun command) => command.GracePeriod is { } grace
        ? TimeSpan.FromSeconds(Math.Clamp(grace.Seconds + (grace.Nanos / 1e9), 0, MaxGrace.TotalSeconds))
        : TimeSpan.Zero;

    private void LaunchUnlessClosed(Proto.StartRun command)
    {
        if (_closed)
        {
            // Not held, so the coordinator learns from the next hello that it was never started.
            LogStartWhileClosed(logger, command.RunId);
            return;
        }

        HeldClaim held = new(new RunKey(command.RunId, command.Epoch));
        _held[command.RunId] = held;
        held.Control = launcher.Launch(command, end => Ended(held, end));
    }

    private void Supersede(HeldClaim held, Proto.StartRun command)
    {
        if (held.NextStoppedEpoch >= command.Epoch)
            return;
        LogSuperseded(logger, command.RunId, held.Key.Epoch, command.Epoch);
        held.NextStart = command;
        held.Control?.Stop(StopOrder.Now(StopOrigin.Superseded, clock.Now));
    }

    private static void StopAlive(HeldClaim held, long epoch, StopOrder order)
    {
        // A stop for an older claim is for something that is not here.
        if (epoch < held.Key.Epoch)
            return;
        if (epoch > held.Key.Epoch)
            held.NextStoppedEpoch = epoch;
        held.Control?.Stop(order);
    }

    private void Ended(HeldClaim held, Proto.RunEnded end)
    {
        lock (_gate)
        {
            held.HasEnded = true;
            reports.Post(new Proto.RunnerFrame { RunEnded = end });
            if (held.IsForgotten)
                Release(held);
            else
                _tombstones.Add(end);

            long stopped = held.NextStoppedEpoch ?? 0;
            if (held.NextStart is { } next && next.Epoch > stopped)
                LaunchUnlessClosed(next);
            else if (stopped > 0)
                ReportNeverStarted(new RunKey(held.Key.RunId, stopped), clock.Now);
            CompleteIdle();
        }
    }

    private void ReportNeverStarted(RunKey key, DateTimeOffset at) => HoldEnd(
        new Proto.RunEnded
        {
            Header = key.NewHeader(),
            Outcome = Proto.RunOutcome.NeverStarted,
            Time = clock.Mapping.Map(at),
            Clock = clock.Mapping.ToReading(),
        },
        control: null);

    private void Repeat(Proto.RunEnded end)
    {
        if (!_held.ContainsKey(end.Header.RunId))
            HoldEnd(end.Clone(), control: null);
    }

    private void HoldEnd(Proto.RunEnded end, IRunControl? control)
    {
        _held[end.Header.RunId] = new HeldClaim(RunKey.Of(end.Header)) { Control = control, HasEnded = true };
        reports.Post(new Proto.RunnerFrame { RunEnded = end });
        _tombstones.Add(end);
    }

    private void Release(HeldClaim held)
    {
        if (_held.GetValueOrDefault(held.Key.RunId) == held)
            _held.Remove(held.Key.RunId);
        held.Control?.Acknowledged();
    }

    private void CompleteIdle()
    {
        if (_closed && _held.Values.All(held => held.HasEnded))
            _idle.TrySetResult();
    }

    [LoggerMessage(30, LogLevel.Warning,
        "The start of run {RunId} came while the runner shuts down and is left to others")]
    private static partial void LogStartWhileClosed(ILogger logger, string runId);

    [LoggerMessage(31, LogLevel.Warning, "Run {RunId} is over for the coordinator; what is left of it here is ended")]
    private static partial void LogForgotten(ILogger logger, string runId);

    [LoggerMessage(32, LogLevel.Warning,
        "Run {RunId} was claimed anew with epoch {NewEpoch} while epoch {OldEpoch} was alive; that is ended first")]
    private static partial void LogSuperseded(ILogger logger, string runId, long oldEpoch, long newEpoch);
}
