using System.Runtime;
using System.Threading.Channels;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>
/// Starts and stops one process before the runner connects, from the frames of a coordinator to the reports about the end.
/// What is compiled when it is first done takes many times as long as later; the first real stop should not be the one to
/// pay for it. A runner that was compiled ahead has nothing to rehearse, and starts without.
/// </summary>
/// <remarks>
/// The process is real and in the runner's containment. Everything else is the rehearsal's own and forgotten with it (a
/// journal in memory, reports that nobody is sent, a directory that is deleted), so that nobody can take it for a run.
/// </remarks>
internal sealed partial class StopRehearsal(
    IContainment containment, RunnerIdentity identity, string dataDirectory, TimeProvider time, ILogger<StopRehearsal> logger)
{
    internal static readonly TimeSpan DefaultBound = TimeSpan.FromSeconds(2);

    private const string Name = "rehearsal";

    /// <summary>Ends by itself, too, whatever becomes of the runner.</summary>
    private const string Script = "exec sleep 5";

    private readonly string _directory = Path.Combine(dataDirectory, Name);

    private bool _hasFailed;

    /// <summary>How long the start of the runner waits for it.</summary>
    public TimeSpan Bound { get; init; } = DefaultBound;

    /// <remarks>A runner that is prepared for being compiled ahead denies it while it is not: it is asked what has happened.</remarks>
    private static bool IsCompiledAsItRuns => JitInfo.GetCompiledMethodCount() > 0;

    private string TooLong => $"it took longer than {Bound.TotalSeconds} s";

    /// <summary>Never fails, and returns after <see cref="Bound"/> at the latest.</summary>
    public async Task RunAsync()
    {
        // Needs a program that waits to be stopped and is on every machine.
        if (OperatingSystem.IsWindows() || !IsCompiledAsItRuns)
            return;
        long started = time.GetTimestamp();
        using CancellationTokenSource tooLong = new(Bound, time);
        Task playing = PlayAsync(tooLong.Token);
        await playing.WaitAsync(Bound, time).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        // It may not have heard yet that the time is over, and goes on to clean up.
        tooLong.Cancel();
        if (!playing.IsCompleted)
            Fail(TooLong);
        else if (!_hasFailed)
            LogRehearsed(logger, (long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    private async Task PlayAsync(CancellationToken tooLong)
    {
        // Whoever waits for it waits only so long, wherever it hangs.
        await Task.Yield();
        try
        {
            Delete();
            Rehearsed rehearsed = new(containment, identity, _directory, time);
            await rehearsed.PlayAsync(tooLong);
        }
        catch (Exception exception)
        {
            Fail(tooLong.IsCancellationRequested ? TooLong : exception.Message);
        }
        finally
        {
            Delete();
        }
    }

    private void Delete()
    {
        try
        {
            if (Directory.Exists(_directory))
                Directory.Delete(_directory, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception.Message);
        }
    }

    /// <summary>One reason is enough.</summary>
    private void Fail(string reason)
    {
        if (!Interlocked.Exchange(ref _hasFailed, true))
            LogFailed(logger, reason);
    }

    [LoggerMessage(75, LogLevel.Debug, "The rehearsal of a stop took {Milliseconds} ms")]
    private static partial void LogRehearsed(ILogger logger, long milliseconds);

    [LoggerMessage(74, LogLevel.Information, "The first stop may take longer than later ones, its rehearsal failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    /// <summary>A whole runner, and the coordinator that it is connected to.</summary>
    private sealed class Rehearsed
    {
        private static readonly RunKey Key = new($"{Name}-{Environment.ProcessId}", 1);

        private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private readonly Launcher _launcher;
        private readonly RunTable _table;
        private readonly LinkSession _session;

        public Rehearsed(IContainment containment, RunnerIdentity identity, string directory, TimeProvider time)
        {
            RunnerClock clock = new(time);
            ReportOutbox outbox = new(time);
            RunJournal journal = RunJournal.Open(new Nowhere(), clock, "", Name, NullLogger.Instance);
            ExecutorSettings settings = new() { Command = "/bin/sh", Args = ["-c", "--", "{prompt}"] };
            ExecutorAvailability availability = new([], NullLogger<ExecutorAvailability>.Instance);
            _launcher = new Launcher(new RunSurroundings
            {
                Containment = containment,
                Executors = new ExecutorCatalog(new Dictionary<string, ExecutorSettings> { [Name] = settings }),
                Launches = new LaunchPreparer(AgentEnvironment.OfThisProcess([]), workingDirectory: "/", availability),
                Directories = new RunDirectories(
                    directory, new RunDirectoryLimits(0, 0, 0, TimeSpan.Zero), clock, NullLogger<RunDirectories>.Instance),
                Journal = journal,
                Reports = outbox,
                Clock = clock,
                SweepGrace = TimeSpan.Zero,
                LingerTimeout = DefaultBound,
            });
            _table = new RunTable(outbox, _launcher, journal, clock, NullLogger<RunTable>.Instance);
            _session = new LinkSession(
                identity, availability, _table, outbox, clock, new ClockOffset(clock), () => _news.Writer.TryWrite(true), NullLogger.Instance);
        }

        public async Task PlayAsync(CancellationToken tooLong)
        {
            Send(_session.Begin());
            Receive(new() { Welcome = new() { Epoch = 1, Time = new Timestamp() } });
            try
            {
                Receive(new() { StartRun = new() { RunId = Key.RunId, Epoch = Key.Epoch, Executor = Name, Prompt = Script } });
                await ReportAsync(report => report.RunStarted is not null, tooLong);
                Duration grace = Duration.FromTimeSpan(DefaultBound);
                Receive(new() { StopRun = new() { RunId = Key.RunId, Epoch = Key.Epoch, GracePeriod = grace } });
                Proto.RunEnded end = (await ReportAsync(report => report.RunEnded is not null, tooLong)).RunEnded;
                Receive(new() { ReportAck = new() { RunId = Key.RunId, Epoch = Key.Epoch, Sequence = end.Header.Sequence } });
            }
            finally
            {
                _table.StopAll(TimeSpan.Zero);
                await _launcher.Run;
                _session.End();
            }
        }

        /// <summary>Goes through the bytes, as on the wire.</summary>
        private void Receive(Proto.CoordinatorFrame frame) =>
            _session.Receive(Proto.CoordinatorFrame.Parser.ParseFrom(frame.ToByteArray()));

        private static void Send(Proto.RunnerFrame frame) => frame.ToByteArray();

        private async Task<Proto.RunnerFrame> ReportAsync(Func<Proto.RunnerFrame, bool> isIt, CancellationToken tooLong)
        {
            while (true)
            {
                while (_session.TryTake(out Proto.RunnerFrame? frame))
                {
                    Send(frame);
                    if (frame.RunEnded is { Error.Length: > 0 } end)
                        throw new InvalidOperationException(end.Error);
                    if (isIt(frame))
                        return frame;
                }

                await _news.Reader.ReadAsync(tooLong);
            }
        }
    }

    /// <summary>Launches what can be waited for, also for the end of what is done after the last report.</summary>
    private sealed class Launcher(RunSurroundings surroundings) : IRunLauncher
    {
        public Task Run { get; private set; } = Task.CompletedTask;

        public IRunControl Launch(Proto.StartRun command, Action<Proto.RunEnded> ended)
        {
            RunExecution execution = new(command, surroundings, ended, NullLogger.Instance);
            Run = execution.RunAsync();
            return execution;
        }
    }

    private sealed class Nowhere : IJournalStore
    {
        public byte[]? Read() => null;

        public void Append(ReadOnlySpan<byte> bytes)
        {
        }

        public void Prepare(ReadOnlySpan<byte> content)
        {
        }

        public void Commit(ReadOnlySpan<byte> appendedMeanwhile)
        {
        }
    }
}
