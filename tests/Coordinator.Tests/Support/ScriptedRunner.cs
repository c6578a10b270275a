using System.Threading.Channels;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Tests.Support;

/// <summary>The runner's side of the wire, played line by line by a test over a real connection.</summary>
internal sealed class ScriptedRunner : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<Proto.RunnerFrame, Proto.CoordinatorFrame> _call;
    private readonly Channel<Proto.StartRun> _starts = Channel.CreateUnbounded<Proto.StartRun>();
    private readonly Channel<Proto.StopRun> _stops = Channel.CreateUnbounded<Proto.StopRun>();
    private readonly Channel<Proto.ReportAck> _acks = Channel.CreateUnbounded<Proto.ReportAck>();
    private readonly Channel<Proto.CoordinatorHeartbeat> _echoes = Channel.CreateUnbounded<Proto.CoordinatorHeartbeat>();
    private readonly TaskCompletionSource<Proto.Welcome> _welcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<(string, long), long> _sequences = [];
    private readonly List<string> _order = [];
    private int _heartbeats;

    private ScriptedRunner(AsyncDuplexStreamingCall<Proto.RunnerFrame, Proto.CoordinatorFrame> call)
    {
        _call = call;
        Ended = ReadAsync();
    }

    public const string DefaultId = "rnr_00000000000000000000000001";

    /// <summary>Completes with the status the coordinator ended the connection with.</summary>
    public Task<Status> Ended { get; }

    public string RunnerId { get; private init; } = "";

    public Proto.Welcome Welcome { get; private set; } = new();

    /// <summary>Why the coordinator ended the connection, if it said so.</summary>
    public Proto.Disconnect? Disconnect { get; private set; }

    /// <summary>The kinds of frames in the order they came.</summary>
    public IReadOnlyList<string> Order
    {
        get
        {
            lock (_order)
                return [.. _order];
        }
    }

    public static Proto.RunnerHello Hello(
        string runnerId = DefaultId, int capacity = 10, string bootId = "boot-1", string journalId = "") =>
        new()
        {
            RunnerId = runnerId,
            BootId = bootId,
            JournalId = journalId,
            Name = "scripted",
            Hostname = "test-host",
            ProjectDir = "/work",
            Executors = { "command" },
            Capacity = capacity,
            Version = "1",
            Containment = "none",
        };

    /// <summary>The hello of a runner that holds these runs.</summary>
    public static Proto.RunnerHello Holding(params IEnumerable<Proto.StartRun> starts) => Holding(Proto.HeldRunState.Running, starts);

    /// <inheritdoc cref="Holding(IEnumerable{Proto.StartRun})"/>
    public static Proto.RunnerHello Holding(Proto.HeldRunState state, params IEnumerable<Proto.StartRun> starts)
    {
        Proto.RunnerHello hello = Hello();
        hello.Runs.AddRange(starts.Select(s => new Proto.HeldRun { RunId = s.RunId, Epoch = s.Epoch, State = state }));
        return hello;
    }

    /// <param name="answers">Whether it answers the welcome, as a runner does whose connection is its newest.</param>
    public static async Task<ScriptedRunner> ConnectAsync(
        RunningCoordinator coordinator, Proto.RunnerHello? hello = null, bool answers = true)
    {
        Proto.RunnerService.RunnerServiceClient client = new(coordinator.Channel);
        hello ??= Hello();
        ScriptedRunner runner = new(client.Connect()) { RunnerId = hello.RunnerId };
        await runner.SendAsync(new Proto.RunnerFrame { Hello = hello });
        runner.Welcome = await runner._welcome.Task.WithTimeout();
        if (answers)
            await runner.BeatAsync();
        return runner;
    }

    public Task SendAsync(Proto.RunnerFrame frame) => _call.RequestStream.WriteAsync(frame).WithTimeout();

    public Task BeatAsync() => SendAsync(new Proto.RunnerFrame { Heartbeat = new Proto.RunnerHeartbeat { Time = Now() } });

    public Task<Proto.StartRun> NextStartAsync() => _starts.Reader.ReadAsync().WithTimeout();

    public Task<Proto.StopRun> NextStopAsync() => _stops.Reader.ReadAsync().WithTimeout();

    public Task<Proto.ReportAck> NextAckAsync() => _acks.Reader.ReadAsync().WithTimeout();

    /// <summary>How many stops came that the test has not taken.</summary>
    public Task<int> WaitingStopsAsync() => CountAsync(_stops.Reader);

    /// <inheritdoc cref="WaitingStopsAsync"/>
    public Task<int> WaitingStartsAsync() => CountAsync(_starts.Reader);

    /// <inheritdoc cref="WaitingStopsAsync"/>
    public Task<int> WaitingAcksAsync() => CountAsync(_acks.Reader);

    /// <summary>Its next report of the claim comes after this one, which an earlier connection sent.</summary>
    public void GoOnAfter(Proto.StartRun start, long sequence) => _sequences[(start.RunId, start.Epoch)] = sequence;

    /// <exception cref="InvalidOperationException">It was told to forget the run, and has thrown its reports away.</exception>
    public Proto.ReportHeader Header(string runId, long epoch) => Welcome.ForgetRunIds.Contains(runId)
        ? throw new InvalidOperationException($"The runner was told to forget {runId}, and has nothing more to report of it.")
        : new()
        {
            RunId = runId,
            Epoch = epoch,
            Sequence = _sequences[(runId, epoch)] = _sequences.GetValueOrDefault((runId, epoch)) + 1,
        };

    public Task StartedAsync(Proto.StartRun start) => SendAsync(new Proto.RunnerFrame
    {
        RunStarted =
            new Proto.RunStarted { Header = Header(start.RunId, start.Epoch), ProcessId = 4711, Containment = "none", Time = Now() },
    });

    public Task OutputAsync(Proto.StartRun start, params IEnumerable<string> lines) =>
        EventsAsync(start, [.. lines.Select(line => Line(line))]);

    public Task EventsAsync(Proto.StartRun start, params Proto.SessionEvent[] events) => SendAsync(new Proto.RunnerFrame
    {
        RunEvents = new Proto.RunEvents { Header = Header(start.RunId, start.Epoch), Events = { events } },
    });

    public static Proto.SessionEvent Line(string text, Proto.OutputStream stream = Proto.OutputStream.Stdout) =>
        new() { Time = Now(), Output = new Proto.OutputEvent { Stream = stream, Text = text } };

    public static Proto.SessionEvent Said(string text) =>
        new() { Time = Now(), Message = new Proto.MessageEvent { Role = Proto.MessageRole.Assistant, Text = text } };

    public Task ReceivedAsync(Proto.StopRun stop) => SendAsync(new Proto.RunnerFrame
    {
        CommandReceived = new Proto.CommandReceived { CommandId = stop.CommandId, RunId = stop.RunId, Time = Now() },
    });

    public Task ProgressAsync(Proto.StopRun stop, Proto.StopPhase phase, int left = 1) => SendAsync(new Proto.RunnerFrame
    {
        StopProgress =
            new Proto.StopProgress { Header = Header(stop.RunId, stop.Epoch), Phase = phase, Time = Now(), ProcessesLeft = left },
    });

    public Task EndedAsync(string runId, long epoch, Proto.RunOutcome outcome, int? exitCode = null, Action<Proto.RunEnded>? more = null)
    {
        Proto.RunEnded ended = new() { Header = Header(runId, epoch), Outcome = outcome, Time = Now() };
        if (exitCode is { } code)
            ended.ExitCode = code;
        more?.Invoke(ended);
        return SendAsync(new Proto.RunnerFrame { RunEnded = ended });
    }

    /// <summary>Cuts the connection as a network would.</summary>
    public async Task CutAsync()
    {
        _call.Dispose();
        await Ended.WithTimeout();
    }

    public async ValueTask DisposeAsync() => await CutAsync();

    /// <summary>
    /// Counts once everything has come that the coordinator had to say until now: the answers to two heartbeats come after it, or the
    /// end of the connection. One is not enough for acknowledgements, which everything else goes ahead of.
    /// </summary>
    private async Task<int> CountAsync<T>(ChannelReader<T> frames)
    {
        for (int i = 0; i < 2 && !Ended.IsCompleted; i++)
            await Task.WhenAny(EchoAsync(), Ended).WithTimeout();
        return frames.Count;
    }

    private async Task EchoAsync()
    {
        // A time that no other heartbeat has.
        Timestamp sent = new() { Seconds = 1, Nanos = Interlocked.Increment(ref _heartbeats) };
        await SendAsync(new Proto.RunnerFrame { Heartbeat = new Proto.RunnerHeartbeat { Time = sent } });
        while (!(await _echoes.Reader.ReadAsync()).RunnerTime.Equals(sent))
        {
            // The answer to an earlier one.
        }
    }

    private static Timestamp Now() => Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow());

    private async Task<Status> ReadAsync()
    {
        try
        {
            await foreach (Proto.CoordinatorFrame frame in _call.ResponseStream.ReadAllAsync())
            {
                lock (_order)
                    _order.Add(frame.FrameCase.ToString());
                Take(frame);
            }

            return _call.GetStatus();
        }
        catch (RpcException end)
        {
            _welcome.TrySetException(end);
            return end.Status;
        }
        catch (ObjectDisposedException)
        {
            // Cut between two frames.
            return new Status(StatusCode.Cancelled, "cut");
        }
    }

    private void Take(Proto.CoordinatorFrame frame)
    {
        switch (frame.FrameCase)
        {
            case Proto.CoordinatorFrame.FrameOneofCase.Welcome:
                _welcome.TrySetResult(frame.Welcome);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.StartRun:
                _starts.Writer.TryWrite(frame.StartRun);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.StopRun:
                _stops.Writer.TryWrite(frame.StopRun);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.Disconnect:
                Disconnect = frame.Disconnect;
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.Heartbeat:
                _echoes.Writer.TryWrite(frame.Heartbeat);
                break;
            case Proto.CoordinatorFrame.FrameOneofCase.ReportAck:
                _acks.Writer.TryWrite(frame.ReportAck);
                break;
        }
    }
}
