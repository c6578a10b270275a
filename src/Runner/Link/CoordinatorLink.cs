using System.Threading.Channels;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Primitives;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Link;

/// <summary>Keeps the runner connected, for ever. Being without a coordinator changes nothing for the runs.</summary>
internal sealed partial class CoordinatorLink(
    IDialer dialer,
    RunnerIdentity identity,
    ExecutorAvailability executors,
    RunTable table,
    ReportOutbox outbox,
    RunnerClock clock,
    Random random,
    ILogger<CoordinatorLink> logger) : BackgroundService
{
    /// <summary>
    /// Superseded means that another runner has the same identity. If that is a mistake of configuration, the two must
    /// not throw each other out many times a second.
    /// </summary>
    private static readonly TimeSpan SupersededPause = TimeSpan.FromSeconds(5);

    private readonly Backoff _backoff = new(random);
    private readonly ClockOffset _offset = new(clock);
    private string? _toldReason;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan pause = await ConnectOnceAsync(stoppingToken);
            if (stoppingToken.IsCancellationRequested)
                return;
            LogReconnecting(logger, (long)pause.TotalMilliseconds);
            await Task.Delay(pause, clock.Time, stoppingToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Returns, when the connection is over, how long to wait before the next.</summary>
    private async Task<TimeSpan> ConnectOnceAsync(CancellationToken stopping)
    {
        Channel<bool> wakeUps = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        LinkSession session = new(
            identity, executors, table, outbox, clock, _offset, () => wakeUps.Writer.TryWrite(true), logger);
        TimeSpan askedFor = TimeSpan.Zero;
        try
        {
            await new LinkConnection(dialer, clock, session, wakeUps.Reader).RunAsync(stopping);
            if (session.Disconnect is { } told)
                LogEnded(logger, told.Reason);
        }
        catch (Exception failure)
        {
            if (session.WasWelcomed)
                _toldReason = null;
            TellOnce(Describe(failure));
            if (failure is RpcException { StatusCode: StatusCode.Aborted })
                askedFor = SupersededPause;
        }

        if (session.WasOfUse)
            _backoff.Reset();
        return _backoff.Next(session.Disconnect is { } disconnect ? AskedFor(disconnect) : askedFor);
    }

    private static TimeSpan AskedFor(Proto.Disconnect disconnect)
    {
        TimeSpan asked = disconnect.RetryAfter?.Within(TimeSpan.Zero, Backoff.LongestAskedFor) ?? TimeSpan.Zero;
        return disconnect.Reason == Proto.DisconnectReason.Superseded && asked < SupersededPause
            ? SupersededPause
            : asked;
    }

    /// <summary>A coordinator that is away for a night is worth a line, not a line every few seconds.</summary>
    private void TellOnce(string reason)
    {
        if (reason == _toldReason)
            return;
        _toldReason = reason;
        LogLost(logger, dialer.Address, reason);
    }

    private static string Describe(Exception failure) => failure switch
    {
        RpcException { Status.DebugException: { } cause } => cause.GetBaseException().Message,
        RpcException rpc => $"{rpc.StatusCode}, {rpc.Status.Detail}",
        _ => failure.Message,
    };

    [LoggerMessage(1, LogLevel.Information, "The coordinator ended the connection: {Reason}")]
    private static partial void LogEnded(ILogger logger, Proto.DisconnectReason reason);

    [LoggerMessage(2, LogLevel.Warning,
        "No connection to the coordinator at {Coordinator} ({Reason}). Runs go on; it is tried until it answers.")]
    private static partial void LogLost(ILogger logger, Uri coordinator, string reason);

    [LoggerMessage(3, LogLevel.Debug, "Connecting again in {Milliseconds} ms")]
    private static partial void LogReconnecting(ILogger logger, long milliseconds);
}
