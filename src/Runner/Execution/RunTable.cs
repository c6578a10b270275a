using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Every run this runner holds, and what each command does to it: the protocol, without sockets, clocks or processes.
/// A run executes at most once at a time, whatever is repeated or overtaken; a stop that comes before its start
/// prevents it; and whatever is asked about a claim that is over is answered with the report that ended it. What must
/// survive the runner is in the journal before anybody acts upon it or is told. Nothing here waits, so the lock is only
/// ever held for moments.
/// </summary>
internal sealed partial class RunTable(
    IReports reports, IRunLauncher launcher, RunJournal journal, RunnerClock clock, ILogger<RunTable> logger)
{
    private static readonly TimeSpan MaxGrace = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HeldClaim> _held = new(StringComparer.Ordinal);
    private readonly Tombstones _tombstones = new(clock);
    private readonly Signal _idle = new();
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
                Accept(command);
        }
    }

    /// <summary>Carries out a stop; <paramref name="receivedAt"/> is on the runner's clock.</summary>
    public void Stop(Proto.StopRun command, DateTimeOffset receivedAt)
    {
        StopOrder order = command.Force
            ? StopOrder.Now(StopOrigin.Coordinator, receivedAt)
            : StopOrder.After(StopOrigin.Coordinator, receivedAt, command.GracePeriod?.Within(TimeSpan.Zero, MaxGrace) ?? TimeSpan.Zero);

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
            if (!reports.Acknowledge(key, ack.Sequence))
                return;
            journal.Settled(key);
            if (_held.TryGetValue(key.RunId, out HeldClaim? held) && held.Key == key)
                _held.Remove(key.RunId);
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

    /// <summary>Holds a claim of an earlier life of the runner, whose end the coordinator has not committed.</summary>
    public void Recover(Proto.RunEnded end)
    {
        lock (_gate)
            HoldEnd(end);
    }

    /// <summary>Holds a claim of an earlier life of the runner, of which something is still alive.</summary>
    /// <param name="key">The claim.</param>
    /// <param name="begin">Begins to end it, and returns at once; is given what to call when nothing is left.</param>
    public void Recover(RunKey key, Func<Action<Proto.RunEnded>, IRunControl> begin)
    {
        lock (_gate)
            Hold(new HeldClaim(key), begin);
    }

    /// <summary>Remembers the end of a claim that was over in an earlier life; to be called with the oldest first.</summary>
    public void Bury(Proto.RunEnded end, DateTimeOffset since)
    {
        lock (_gate)
            _tombstones.Add(end, since);
    }

    /// <summary>Accepts no more starts. What was started goes on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            CompleteIdle();
        }

        Closing?.Invoke();
    }

    /// <summary>Stops everything that is alive; a second call may do so faster.</summary>
    public void StopAll(TimeSpan grace)
    {
        lock (_gate)
        {
            foreach (HeldClaim held in _held.Values.Where(held => !held.HasEnded))
                held.Control?.Stop(StopOrder.After(StopOrigin.Shutdown, clock.Now, grace));
        }
    }

    /// <summary>No more starts are accepted, from now on.</summary>
    public event Action? Closing;

    /// <summary>Whether starts are given back.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _closed;
        }
    }

    /// <summary>Completes when the table is closed and no run is alive.</summary>
    public Task Idle => _idle.Task;

    /// <summary>How many runs are alive.</summary>
    public int Alive
    {
        get
        {
            lock (_gate)
                return _held.Values.Count(held => !held.HasEnded);
        }
    }

    /// <summary>Names the journal that vouches for every start that is not held.</summary>
    public string JournalId => journal.Id;

    /// <summary>Every run for the hello.</summary>
    public IReadOnlyList<Proto.HeldRun> Held()
    {
        lock (_gate)
            return [.. _held.Values.Select(held => held.ToHello())];
    }

    /// <summary>Whether anything about the run is still to be done or told.</summary>
    public bool Holds(string runId)
    {
        lock (_gate)
            return _held.ContainsKey(runId);
    }

    private void Accept(Proto.StartRun command)
    {
        RunKey key = new(command.RunId, command.Epoch);
        if (_closed)
        {
            // A claim that nobody asked to stop and that never started goes back to the queue.
            LogStartWhileClosed(logger, command.RunId);
            HoldEnd(NewEnd(key, Proto.RunOutcome.NeverStarted, clock.Now));
        }
        else if (!journal.TryClaim(key))
        {
            Proto.RunEnded refusal = NewEnd(key, Proto.RunOutcome.StartFailed, clock.Now);
            refusal.Error = RunJournal.Full;
            HoldEnd(refusal);
        }
        else
        {
            Hold(new HeldClaim(key), ended => launcher.Launch(command, ended));
        }
    }

    private void Hold(HeldClaim held, Func<Action<Proto.RunEnded>, IRunControl> begin)
    {
        _held[held.Key.RunId] = held;
        held.Control = begin(end => Ended(held, end));
    }

    private void Supersede(HeldClaim held, Proto.StartRun command)
    {
        if (held.NextStoppedEpoch >= command.Epoch)
            return;
        LogSuperseded(logger, command.RunId, held.Key.Epoch, command.Epoch);
        held.NextStart = command;
        held.Control?.Stop(StopOrder.Now(StopOrigin.Superseded, clock.Now));
    }

    private void StopAlive(HeldClaim held, long epoch, StopOrder order)
    {
        // A stop for an older claim is for something that is not here.
        if (epoch < held.Key.Epoch)
            return;
        if (epoch > held.Key.Epoch)
            held.NextStoppedEpoch = epoch;
        held.Control?.Stop(order);
        journal.Stopped(new RunKey(held.Key.RunId, epoch));
    }

    private void Ended(HeldClaim held, Proto.RunEnded end)
    {
        lock (_gate)
        {
            held.HasEnded = true;
            if (held.IsForgotten)
            {
                reports.Post(new Proto.RunnerFrame { RunEnded = end });
                Release(held);
            }
            else
            {
                Tell(end);
            }

            long stopped = held.NextStoppedEpoch ?? 0;
            if (held.NextStart is { } next && next.Epoch > stopped)
                Accept(next);
            else if (stopped > 0)
                ReportNeverStarted(new RunKey(held.Key.RunId, stopped), clock.Now);
            CompleteIdle();
        }
    }

    private void ReportNeverStarted(RunKey key, DateTimeOffset at) =>
        HoldEnd(NewEnd(key, Proto.RunOutcome.NeverStarted, at));

    private Proto.RunEnded NewEnd(RunKey key, Proto.RunOutcome outcome, DateTimeOffset at) => new()
    {
        Header = key.NewHeader(),
        Outcome = outcome,
        Time = clock.Mapping.Map(at),
        Clock = clock.Mapping.ToReading(),
    };

    private void Repeat(Proto.RunEnded end)
    {
        if (!_held.ContainsKey(end.Header.RunId))
            HoldEnd(end.Clone());
    }

    private void HoldEnd(Proto.RunEnded end)
    {
        _held[end.Header.RunId] = new HeldClaim(RunKey.Of(end.Header)) { HasEnded = true };
        Tell(end);
    }

    /// <summary>Has the end on record, with its number, before anybody hears of it.</summary>
    private void Tell(Proto.RunEnded end)
    {
        if (end.Header.Sequence == 0)
            end.Header.Sequence = reports.NextSequence(RunKey.Of(end.Header));
        journal.Ended(end);
        _tombstones.Add(end);
        reports.Post(new Proto.RunnerFrame { RunEnded = end });
    }

    private void Release(HeldClaim held)
    {
        if (_held.GetValueOrDefault(held.Key.RunId) == held)
            _held.Remove(held.Key.RunId);
        journal.Settled(held.Key);
    }

    private void CompleteIdle()
    {
        if (_closed && _held.Values.All(held => held.HasEnded))
            _idle.Set();
    }

    [LoggerMessage(30, LogLevel.Warning,
        "The start of run {RunId} came while the runner shuts down and is given back")]
    private static partial void LogStartWhileClosed(ILogger logger, string runId);

    [LoggerMessage(31, LogLevel.Warning, "Run {RunId} is over for the coordinator; what is left of it here is ended")]
    private static partial void LogForgotten(ILogger logger, string runId);

    [LoggerMessage(32, LogLevel.Warning,
        "Run {RunId} was claimed anew with epoch {NewEpoch} while epoch {OldEpoch} was alive; that is ended first")]
    private static partial void LogSuperseded(ILogger logger, string runId, long oldEpoch, long newEpoch);
}
