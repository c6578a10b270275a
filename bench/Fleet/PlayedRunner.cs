using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.Bench.Fleet;

/// <summary>
/// A runner without processes: it takes what it is given, says at once that it runs, and does with it what the bench
/// wants. One connection, as a real runner has.
/// </summary>
internal sealed class PlayedRunner : IAsyncDisposable
{
    /// <summary>Reports under way; beyond that whoever reports waits.</summary>
    private const int MaxWaiting = 1_000;

    private readonly AsyncDuplexStreamingCall<Proto.RunnerFrame, Proto.CoordinatorFrame> _call;
    private readonly Channel<Proto.RunnerFrame> _outbox = Channel.CreateBounded<Proto.RunnerFrame>(MaxWaiting);
    private readonly ConcurrentDictionary<string, PlayedRun> _runs = [];
    private readonly ConcurrentDictionary<string, PlayedRun> _ended = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource<PlayedRun>> _awaited = [];
    private readonly IDisposable? _owned;
    private readonly TimeProvider _time;
    private Task _work = Task.CompletedTask;

    private PlayedRunner(string runnerId, AsyncDuplexStreamingCall<Proto.RunnerFrame, Proto.CoordinatorFrame> call, IDisposable? owned, TimeProvider time) =>
        (RunnerId, _call, _owned, _time) = (runnerId, call, owned, time);

    public string RunnerId { get; }

    /// <summary>Told of each stop as it arrives, before it is carried out.</summary>
    public Action<Proto.StopRun> Stopping { get; init; } = _ => { };

    /// <param name="channel">The way to the coordinator.</param>
    /// <param name="owned">What goes with it; null if others use the channel, too.</param>
    /// <param name="number">Tells it from other played runners; becomes part of its id and its name.</param>
    /// <param name="held">Runs that it has from an earlier connection.</param>
    public static async Task<PlayedRunner> ConnectAsync(
        ChannelBase channel, IDisposable? owned, int number, int capacity, TimeProvider time, Action<Proto.StopRun>? stopping = null, params IReadOnlyCollection<PlayedRun> held)
    {
        PlayedRunner runner = new($"rnr_{number:D26}", new Proto.RunnerService.RunnerServiceClient(channel).Connect(), owned, time) { Stopping = stopping ?? (_ => { }) };
        foreach (PlayedRun run in held)
            runner._runs[run.RunId] = run;
        await runner._call.RequestStream.WriteAsync(new Proto.RunnerFrame
        {
            Hello = new Proto.RunnerHello
            {
                RunnerId = runner.RunnerId,
                BootId = $"boot-{number}",
                Name = $"build-{number:D2}",
                Hostname = $"build-{number:D2}.example",
                ProjectDir = "/srv/work",
                Executors = { "command", "claude-code" },
                Tags = { "linux", number % 2 == 0 ? "gpu" : "arm64" },
                Capacity = capacity,
                Version = "0.1.0",
                Containment = "cgroup",
                Runs = { held.Select(run => run.ToHello()) },
            },
        });
        if (!await runner._call.ResponseStream.MoveNext(CancellationToken.None) || runner._call.ResponseStream.Current.Welcome is not { } welcome)
            throw new BenchException("The coordinator did not welcome a played runner.");
        runner._work = Task.WhenAll(runner.ReadAsync(), runner.WriteAsync(welcome.HeartbeatInterval.ToTimeSpan()));
        return runner;
    }

    /// <summary>The run, as soon as it was given to this runner.</summary>
    public Task<PlayedRun> RunAsync(string runId)
    {
        TaskCompletionSource<PlayedRun> awaited = _awaited.GetOrAdd(runId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_runs.TryGetValue(runId, out PlayedRun? run))
            awaited.TrySetResult(run);
        return awaited.Task;
    }

    public ValueTask WriteAsync(PlayedRun run, params IReadOnlyList<string> lines) => SendAsync(new Proto.RunnerFrame
    {
        RunEvents = new Proto.RunEvents
        {
            Header = run.NextHeader(),
            FirstSequence = run.Number(lines.Count),
            Events = { lines.Select(Line) },
        },
    });

    /// <summary>The agent has exited with code 0.</summary>
    public ValueTask EndAsync(PlayedRun run) => EndAsync(run, new Proto.RunEnded { Outcome = Proto.RunOutcome.Exited, ExitCode = 0 });

    public async ValueTask DisposeAsync()
    {
        _outbox.Writer.TryComplete();
        _call.Dispose();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _owned?.Dispose();
    }

    private ValueTask EndAsync(PlayedRun run, Proto.RunEnded ended)
    {
        _runs.TryRemove(run.RunId, out _);
        _awaited.TryRemove(run.RunId, out _);
        ended.Header = run.NextHeader();
        _ended[run.RunId] = run;
        ended.Time = Now();
        return SendAsync(new Proto.RunnerFrame { RunEnded = ended });
    }

    private Proto.SessionEvent Line(string text) =>
        new() { Time = Now(), Output = new Proto.OutputEvent { Stream = Proto.OutputStream.Stdout, Text = text } };

    private ValueTask SendAsync(Proto.RunnerFrame frame) => _outbox.Writer.WriteAsync(frame);

    private async Task ReadAsync()
    {
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            switch (_call.ResponseStream.Current)
            {
                case { StartRun: { } start }:
                    await StartAsync(new PlayedRun(start));
                    break;
                case { ReportAck: { } ack } when _runs.TryGetValue(ack.RunId, out PlayedRun? run):
                    run.Acknowledge(ack.Sequence);
                    break;
                case { ReportAck: { } ack } when _ended.TryGetValue(ack.RunId, out PlayedRun? run):
                    if (run.IsSettledBy(ack.Sequence))
                        _ended.TryRemove(ack.RunId, out _);
                    break;
                case { StopRun: { } stop } when _runs.TryGetValue(stop.RunId, out PlayedRun? run):
                    Stopping(stop);
                    await EndAsync(run, new Proto.RunEnded { Outcome = Proto.RunOutcome.Stopped, Signal = "SIGTERM", ProcessesEnded = 1 });
                    break;
            }
        }
    }

    private async Task StartAsync(PlayedRun run)
    {
        _runs[run.RunId] = run;
        await SendAsync(new Proto.RunnerFrame
        {
            RunStarted = new Proto.RunStarted { Header = run.NextHeader(), Time = Now(), ProcessId = 4711, Containment = "cgroup" },
        });
        if (_awaited.TryGetValue(run.RunId, out TaskCompletionSource<PlayedRun>? awaited))
            awaited.TrySetResult(run);
    }

    private async Task WriteAsync(TimeSpan heartbeat)
    {
        await using ITimer timer = _time.CreateTimer(_ => _outbox.Writer.TryWrite(new() { Heartbeat = new() { Time = Now() } }), null, heartbeat, heartbeat);
        await foreach (Proto.RunnerFrame frame in _outbox.Reader.ReadAllAsync())
            await _call.RequestStream.WriteAsync(frame);
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(_time.GetUtcNow());
}
