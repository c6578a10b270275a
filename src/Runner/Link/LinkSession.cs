using System.Diagnostics.CodeAnalysis;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Primitives;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Link;

/// <summary>
/// One connection without its wire: what a frame from the coordinator does, and which frame goes next. Whoever moves
/// the frames calls <see cref="Receive"/> from one thread and <see cref="TryTake"/> from one, and never again after
/// the next connection's hello was made.
/// </summary>
internal sealed partial class LinkSession(
    RunnerIdentity identity,
    ExecutorAvailability executors,
    RunTable table,
    ReportOutbox outbox,
    RunnerClock clock,
    ClockOffset offset,
    Action wake,
    ILogger logger)
{
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A connection begins with so many heartbeats in a row: the first goes through code that is run for the first time
    /// and says little about the way, and the clocks must be known before the first stop.
    /// </summary>
    private const int FirstHeartbeats = 5;

    private readonly Lock _gate = new();
    private readonly Queue<Proto.RunnerFrame> _receipts = new();
    private readonly Signal _welcomed = new();
    private DateTimeOffset _connectBegun;
    private bool _heartbeatIsDue;
    private bool _executorsAreDue;
    private bool _takesExecutorChanges;
    private int _echoes;
    private bool _wasAcknowledged;
    private long _lastHeardTicks;

    /// <summary>Completes with the coordinator's first word.</summary>
    public Task Welcomed => _welcomed.Task;

    public bool WasWelcomed => _welcomed.IsSet;

    /// <summary>Whether a report was acknowledged on it, or it held for longer than a runner ever waits for its next try.</summary>
    public bool WasOfUse => _wasAcknowledged || (WasWelcomed && LastHeard - _connectBegun >= Backoff.Longest);

    public TimeSpan HeartbeatInterval { get; private set; } = DefaultHeartbeat;

    /// <summary>When the last frame arrived, on the runner's clock.</summary>
    public DateTimeOffset LastHeard
    {
        get => new(Volatile.Read(ref _lastHeardTicks), TimeSpan.Zero);
        private set => Volatile.Write(ref _lastHeardTicks, value.UtcTicks);
    }

    /// <summary>The coordinator ended the connection, and said so.</summary>
    public Proto.Disconnect? Disconnect { get; private set; }

    /// <summary>The first frame to send. From here on no frame of an earlier connection may be received.</summary>
    public Proto.RunnerFrame Begin()
    {
        _connectBegun = LastHeard = clock.Now;
        Proto.RunnerHello hello = identity.ToHello();
        hello.JournalId = table.JournalId;
        hello.Runs.AddRange(table.Held());
        table.Closing += Beat;
        // Before they are read, so that no change falls between the two.
        executors.Changed += TellExecutors;
        IReadOnlyList<ExecutorState> states = executors.Current;
        hello.Executors.AddRange(states.Where(state => state.IsAvailable).Select(state => state.Name));
        hello.ExecutorInfos.AddRange(states.Select(state => state.ToProto()));
        return new Proto.RunnerFrame { Hello = hello };
    }

    public void Receive(Proto.CoordinatorFrame frame)
    {
        DateTimeOffset now = LastHeard = clock.Now;
        switch (frame.FrameCase)
        {
            case Proto.CoordinatorFrame.FrameOneofCase.StopRun:
                Receipt(frame.StopRun.CommandId, frame.StopRun.RunId, now);
                table.Stop(frame.StopRun, now);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.StartRun:
                Receipt(frame.StartRun.CommandId, frame.StartRun.RunId, now);
                table.Start(frame.StartRun);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.ReportAck:
                _wasAcknowledged = true;
                table.Acknowledge(frame.ReportAck);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.Heartbeat:
                Echoed(frame.Heartbeat);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.Welcome:
                Welcome(frame.Welcome);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.Drain:
                LogDraining(logger, frame.Drain.Draining);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.Disconnect:
                Disconnect = frame.Disconnect;
                break;
        }
    }

    /// <summary>Lets the next frame be a heartbeat.</summary>
    public void Beat()
    {
        lock (_gate)
            _heartbeatIsDue = true;
        wake();
    }

    public bool TryTake([NotNullWhen(true)] out Proto.RunnerFrame? frame)
    {
        lock (_gate)
        {
            if (_receipts.TryDequeue(out frame))
                return true;
            if (_heartbeatIsDue)
            {
                // Stamped only now, so that the time it waited for its turn is not taken for the way there and back.
                _heartbeatIsDue = false;
                Proto.RunnerHeartbeat heartbeat = new()
                {
                    Time = Timestamp.FromDateTimeOffset(clock.Now),
                    Leaving = table.IsClosed,
                };
                frame = new Proto.RunnerFrame { Heartbeat = heartbeat };
                return true;
            }

            // Not before the welcome: with its first frame after the hello a runner confirms that it is on this connection.
            if (_executorsAreDue && _takesExecutorChanges)
            {
                _executorsAreDue = false;
                Proto.ExecutorsChanged changed = new();
                changed.ExecutorInfos.AddRange(executors.Current.Select(state => state.ToProto()));
                frame = new Proto.RunnerFrame { ExecutorsChanged = changed };
                return true;
            }
        }

        return outbox.TryTake(out frame);
    }

    /// <summary>The wire is gone.</summary>
    public void End()
    {
        table.Closing -= Beat;
        executors.Changed -= TellExecutors;
        outbox.Disconnected();
    }

    /// <summary>Lets a next frame say which executors can be started then; several changes become one.</summary>
    private void TellExecutors()
    {
        lock (_gate)
            _executorsAreDue = true;
        wake();
    }

    private void Echoed(Proto.CoordinatorHeartbeat heartbeat)
    {
        if (heartbeat.RunnerTime.ToMoment() is not { } sent || heartbeat.Time.ToMoment() is not { } answered)
            return;
        offset.Echoed(sent, answered);
        if (++_echoes < FirstHeartbeats)
            Beat();
    }

    private void Welcome(Proto.Welcome welcome)
    {
        HeartbeatInterval = welcome.HeartbeatInterval?.Within(ShortestHeartbeat, LongestHeartbeat) ?? DefaultHeartbeat;
        if (welcome.Time.ToMoment() is { } time)
            offset.Welcomed(time, _connectBegun);
        LogWelcomed(logger, welcome.Epoch, welcome.Draining);
        table.Forget(welcome.ForgetRunIds);
        lock (_gate)
            (_takesExecutorChanges, _heartbeatIsDue) = (welcome.TakesExecutorChanges, true);
        wake();
        outbox.Connected(wake);
        _welcomed.Set();
    }

    /// <summary>Told at once and not kept: the command itself is repeated until the run says more.</summary>
    private void Receipt(string commandId, string runId, DateTimeOffset at)
    {
        ClockMapping mapping = clock.Mapping;
        Proto.CommandReceived received = new()
        {
            CommandId = commandId,
            RunId = runId,
            Time = mapping.Map(at),
            Clock = mapping.ToReading(),
        };
        lock (_gate)
            _receipts.Enqueue(new Proto.RunnerFrame { CommandReceived = received });
        wake();
    }

    [LoggerMessage(10, LogLevel.Information, "Connected to the coordinator with epoch {Epoch}, draining: {Draining}")]
    private static partial void LogWelcomed(ILogger logger, long epoch, bool draining);

    [LoggerMessage(11, LogLevel.Information, "Draining: {Draining}")]
    private static partial void LogDraining(ILogger logger, bool draining);
}
