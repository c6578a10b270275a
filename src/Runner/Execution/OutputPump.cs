using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Takes an agent's bytes, keeps them in the run's directory, cuts them into lines, makes events of them and posts
/// those in batches, in order. Batches that find no room wait in a file; when that is full too, their lines are skipped,
/// and a mark takes their place. The only one who ever waits here is the container's output thread, and only in
/// <see cref="Write"/>: that is what slows a talkative agent down.
/// </summary>
internal sealed class OutputPump : IAgentOutput, IDisposable
{
    /// <summary>How long an event waits for company.</summary>
    internal static readonly TimeSpan BatchDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>How long an agent is slowed down before its lines go to the file.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How often events look for room again that found none twice.</summary>
    private static readonly TimeSpan NoRoomRetry = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly RunKey _key;
    private readonly IReports _reports;
    private readonly RunnerClock _clock;
    private readonly OutputLogs _logs;
    private readonly OutputSpill _spill;
    private readonly Signal _delivered = new();
    private readonly OutputReader _standardOutput;
    private readonly OutputReader _standardError;
    private readonly EventBatch _batch = new();
    private readonly OutputTail _errorTail = new();
    private readonly ITimer _timer;
    private DateTimeOffset _timerDue = DateTimeOffset.MaxValue;
    private long _nextEvent = 1;
    private (int Usage, int Result) _told;
    private bool _isOpen;
    private bool _isComplete;
    private bool _isImpatient;
    private int _stalls;
    private bool _isDisposed;
    private int _resultNumber;

    public OutputPump(
        RunKey key, IReports reports, RunnerClock clock, IOutputParser parser, OutputLogs logs, OutputSpill spill)
    {
        (_key, _reports, _clock, _logs, _spill) = (key, reports, clock, logs, spill);
        Result = new ResultWatch(clock);
        _standardOutput = new OutputReader(Proto.OutputStream.Stdout, parser);
        _standardError = new OutputReader(Proto.OutputStream.Stderr, new LineParser(Proto.OutputStream.Stderr));
        _timer = clock.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the output told about the agent; read it after <see cref="Complete"/>.</summary>
    public AgentFindings Findings => _standardOutput.Parser.Findings;

    /// <summary>Whether the agent has given its result and not gone on since.</summary>
    public ResultWatch Result { get; }

    /// <summary>What the agent wrote last to standard error; read it after <see cref="Complete"/>.</summary>
    public string LastError => _errorTail.ToString();

    /// <summary>Everything was posted, after <see cref="Complete"/>.</summary>
    public bool IsDelivered => _delivered.IsSet;

    /// <summary>Completes when everything was posted.</summary>
    public Task Delivered => _delivered.Task;

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
            DateTimeOffset now = _clock.Now;
            Timestamp time = _clock.Mapping.Map(now);
            if (stream == Proto.OutputStream.Stderr)
                _errorTail.Add(bytes);
            OutputReader reader = stream == Proto.OutputStream.Stderr ? _standardError : _standardOutput;
            while (reader.TryRead(ref bytes, now, time, _batch))
            {
                if (_batch.IsFull)
                    MakeRoom();
            }

            NoteResult();
            ArmTimer();
        }
    }

    /// <summary>
    /// The last lines have come; bytes that still come are kept in the run's directory only. What waits in the file goes
    /// on being posted as room appears.
    /// </summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = _isOpen = true;
            Timestamp time = _clock.Mapping.Map(_clock.Now);
            _standardOutput.ReadRest(time, _batch);
            _standardError.ReadRest(time, _batch);
            NoteResult();
            TryUnspill(TimeSpan.Zero);
            if (_spill.IsEmpty)
                PostLast();
            ArmTimer();
        }
    }

    /// <summary>
    /// Nobody is to wait for the rest: of what waits in the file, lines that find no room are skipped. To be called
    /// after <see cref="Complete"/>.
    /// </summary>
    public void Hurry()
    {
        lock (_gate)
        {
            if (IsDelivered)
                return;
            TryUnspill(TimeSpan.Zero);
            LineCount skipped = default;
            while (!_spill.IsEmpty)
                skipped += _spill.Remove();
            _batch.Skip(skipped);
            PostLast();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _logs.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            _spill.Dispose();
        }
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
            if (_isDisposed || IsDelivered)
                return;
            if (!_isComplete)
            {
                DateTimeOffset now = _clock.Now;
                _standardOutput.ReadPiece(now, _clock.Mapping, _batch);
                _standardError.ReadPiece(now, _clock.Mapping, _batch);
            }

            // Without room the events stay, and wait for more to come: only a full batch has to make way.
            if (!_isComplete)
                TryFlush(TimeSpan.Zero);
            else if (TryUnspill(TimeSpan.Zero))
                PostLast();
            ArmTimer();
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>An agent that is slowed down loses nothing; a file loses nothing either, up to its size.</summary>
    private void MakeRoom()
    {
        if (TryFlush(_isImpatient ? TimeSpan.Zero : Patience))
            return;
        if (_spill.TryAdd(NewReport(), _batch.Lines))
            Told();
        else
            _batch.Skip();
    }

    private bool TryFlush(TimeSpan patience)
    {
        if (!_isOpen)
            return true;
        if (!TryUnspill(patience))
            return false;
        if (!HasNews)
            return true;
        if (!TryPost(NewReport(), patience))
            return false;
        Told();
        return true;
    }

    /// <summary>
    /// Posts what is in the file, as far as there is room; true if nothing is left there. Only the first batch is waited
    /// for: an agent is slowed down to the pace of the coordinator, not until all is told.
    /// </summary>
    private bool TryUnspill(TimeSpan patience)
    {
        for (; !_spill.IsEmpty; patience = TimeSpan.Zero)
        {
            if (_spill.Peek() is not { } events)
                _batch.Skip(_spill.Remove());
            else if (TryPost(events, patience))
                _spill.Remove();
            else
                return false;
        }

        return true;
    }

    private bool TryPost(Proto.RunEvents events, TimeSpan patience)
    {
        events.Header = _key.NewHeader();
        events.FirstSequence = _nextEvent;
        if (!_reports.TryPostEvents(events, patience))
        {
            _stalls++;
            _isImpatient |= patience > TimeSpan.Zero;
            return false;
        }

        _stalls = 0;
        _isImpatient = false;
        _nextEvent += events.Events.Count;
        return true;
    }

    /// <summary>Posts the last lines, room or not: it is one batch at most, and they are those that tell why.</summary>
    private void PostLast()
    {
        if (HasNews)
        {
            Proto.RunEvents events = NewReport();
            events.Header = _key.NewHeader();
            events.FirstSequence = _nextEvent;
            Told();
            _reports.Post(new Proto.RunnerFrame { RunEvents = events });
        }

        _delivered.Set();
    }

    private Proto.RunEvents NewReport() => new()
    {
        Events = { _batch.Content(_clock.Mapping.Map(_clock.Now)) },
        ExecutorSessionId = Findings.ExecutorSessionId,
        Usage = Findings.Usage.ToProto(),
        ConversationUsage = Findings.Usage.Conversation,
        ResultTime = Result.Since is { } since ? _clock.Mapping.Map(since) : null,
    };

    /// <summary>Whether there are events, or something else about the agent, that were not told yet.</summary>
    private bool HasNews => !_batch.IsEmpty || _told != Newest;

    private (int Usage, int Result) Newest => (Findings.Usage.Version, _resultNumber);

    private void Told()
    {
        _batch.Clear();
        _told = Newest;
    }

    private void NoteResult()
    {
        if (_resultNumber == Findings.ResultNumber)
            return;
        _resultNumber = Findings.ResultNumber;
        Result.Since = _resultNumber > 0 ? _clock.Now : null;
    }

    private void ArmTimer()
    {
        DateTimeOffset due = !_isOpen ? DateTimeOffset.MaxValue
            : IsDelivered ? DateTimeOffset.MaxValue
            : HasNews || !_spill.IsEmpty ? _clock.Now + (_stalls > 1 ? NoRoomRetry : BatchDelay)
            : _standardOutput.PieceDue < _standardError.PieceDue ? _standardOutput.PieceDue
            : _standardError.PieceDue;
        if (due >= _timerDue)
            return;
        _timerDue = due;
        TimeSpan delay = due - _clock.Now;
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
