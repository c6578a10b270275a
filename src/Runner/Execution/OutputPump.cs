using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Takes an agent's bytes, keeps them in the run's directory, cuts them into lines, makes events of them and posts
/// those in batches. The only one who ever waits here is the container's output thread, and only in
/// <see cref="Write"/>: that is what slows a talkative agent down.
/// </summary>
internal sealed class OutputPump : IAgentOutput, IDisposable
{
    /// <summary>How long an event waits for company.</summary>
    internal static readonly TimeSpan BatchDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>After this silence an unfinished line, such as a prompt, is shown as it is.</summary>
    internal static readonly TimeSpan PartialLineDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an agent is slowed down before its lines are skipped.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How often events that found no room look for it again.</summary>
    private static readonly TimeSpan NoRoomRetry = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly RunKey _key;
    private readonly IReports _reports;
    private readonly RunnerClock _clock;
    private readonly OutputLogs _logs;
    private readonly OutputReader _standardOutput;
    private readonly OutputReader _standardError;
    private readonly EventBatch _batch = new();
    private readonly ITimer _timer;
    private DateTimeOffset _timerDue = DateTimeOffset.MaxValue;
    private DateTimeOffset _lastWrite;
    private long _nextEvent = 1;
    private bool _isOpen;
    private bool _isComplete;
    private bool _isImpatient;
    private bool _hasNoRoom;

    public OutputPump(RunKey key, IReports reports, RunnerClock clock, IOutputParser parser, OutputLogs logs)
    {
        (_key, _reports, _clock, _logs) = (key, reports, clock, logs);
        _standardOutput = new OutputReader(Proto.OutputStream.Stdout, parser);
        _standardError = new OutputReader(Proto.OutputStream.Stderr, new LineParser(Proto.OutputStream.Stderr));
        _timer = clock.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the output told about the agent; read it after <see cref="Complete"/>.</summary>
    public AgentFindings Findings => _standardOutput.Parser.Findings;

    /// <summary>Lets events go: before that the coordinator has not been told that the run started.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
            ArmTimer();
        }
    }

    public void Write(Proto.OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        _logs.Of(stream).Write(bytes);
        lock (_gate)
        {
            if (_isComplete)
                return;
            _lastWrite = _clock.Now;
            Timestamp time = _clock.Mapping.Map(_lastWrite);
            OutputReader reader = stream == Proto.OutputStream.Stderr ? _standardError : _standardOutput;
            while (reader.TryRead(ref bytes, time, _batch))
            {
                if (_batch.IsFull && !TryFlush(_isImpatient ? TimeSpan.Zero : Patience))
                {
                    _batch.Skip();
                    _isImpatient = true;
                }
            }

            ArmTimer();
        }
    }

    /// <summary>
    /// Posts what is left, room or not: it is one batch at most, and the last lines are those that tell why. Bytes
    /// that still come are kept in the run's directory only.
    /// </summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = _isOpen = true;
            Timestamp time = _clock.Mapping.Map(_clock.Now);
            _standardOutput.ReadPartial(time, _batch);
            _standardError.ReadPartial(time, _batch);
            if (!_batch.IsEmpty)
                _reports.Post(new Proto.RunnerFrame { RunEvents = TakeBatch() });
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _logs.Dispose();
    }

    private void OnTimer()
    {
        // Whoever holds the lock may be waiting for room, and that must not cost a thread of the pool.
        if (!_gate.TryEnter())
        {
            _timer.Change(BatchDelay, Timeout.InfiniteTimeSpan);
            return;
        }

        try
        {
            _timerDue = DateTimeOffset.MaxValue;
            if (_isComplete)
                return;
            if (_clock.Now - _lastWrite >= PartialLineDelay)
            {
                Timestamp time = _clock.Mapping.Map(_lastWrite);
                _standardOutput.ReadPrompt(time, _batch);
                _standardError.ReadPrompt(time, _batch);
            }

            // Without room the events stay, and wait for more to come: only a full batch has to make way.
            TryFlush(TimeSpan.Zero);
            ArmTimer();
        }
        finally
        {
            _gate.Exit();
        }
    }

    private bool TryFlush(TimeSpan patience)
    {
        if (!_isOpen || _batch.IsEmpty)
            return true;
        Proto.RunEvents events = NewReport();
        _hasNoRoom = !_reports.TryPostEvents(events, patience);
        if (_hasNoRoom)
            return false;
        _isImpatient = false;
        Posted(events);
        return true;
    }

    private void Posted(Proto.RunEvents events)
    {
        _nextEvent += events.Events.Count;
        _batch.Clear();
    }

    private Proto.RunEvents TakeBatch()
    {
        Proto.RunEvents events = NewReport();
        Posted(events);
        return events;
    }

    private Proto.RunEvents NewReport() => new()
    {
        Header = _key.NewHeader(),
        FirstSequence = _nextEvent,
        Events = { _batch.Content(_clock.Mapping.Map(_clock.Now)) },
        ExecutorSessionId = Findings.ExecutorSessionId,
    };

    private void ArmTimer()
    {
        DateTimeOffset due = !_isOpen ? DateTimeOffset.MaxValue
            : !_batch.IsEmpty ? _clock.Now + (_hasNoRoom ? NoRoomRetry : BatchDelay)
            : _standardOutput.HasPrompt || _standardError.HasPrompt ? _lastWrite + PartialLineDelay
            : DateTimeOffset.MaxValue;
        if (due >= _timerDue)
            return;
        _timerDue = due;
        TimeSpan delay = due - _clock.Now;
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
