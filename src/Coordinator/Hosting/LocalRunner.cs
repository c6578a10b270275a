using System.ComponentModel;
using System.Diagnostics;
using Coordinator.Listening;
using Coordinator.Storage;
using Microsoft.Extensions.Options;

namespace Coordinator.Hosting;

/// <summary>
/// In development: one runner on this machine, as a child of the coordinator. It is started once the coordinator listens,
/// started again when it dies, and ended when the coordinator ends.
/// </summary>
internal sealed partial class LocalRunner(
    LocalRunnerProgram program,
    IOptions<StorageOptions> options,
    IConfiguration configuration,
    Endpoints endpoints,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<LocalRunner> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>A runner that lived this long had started well; the next pause is the first one again.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    /// <summary>For the runner to stop its runs and end, a second less than the host allows for the whole shutdown.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(4);

    /// <summary>For the last lines of a runner that has ended; a process that it left behind may hold its output open.</summary>
    private static readonly TimeSpan LastLinesWithin = TimeSpan.FromSeconds(0.2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Together with the server and not after it: both may take a moment.
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        if (!await HasStartedAsync(ending.Token))
            return;

        for (TimeSpan pause = FirstPause; ;)
        {
            long began = time.GetTimestamp();
            string end = await RunAsync(ending.Token);
            if (time.GetElapsedTime(began) > Settled)
                pause = FirstPause;
            // Ctrl-C in a terminal reaches the runner as well, maybe before the coordinator knows: then this pause is cut off.
            await Task.Delay(pause, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
                return;
            LogRestart(end, pause.TotalSeconds);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    /// <summary>Waits until the coordinator listens; false if it ends before it ever does.</summary>
    private async Task<bool> HasStartedAsync(CancellationToken ending)
    {
        TaskCompletionSource<bool> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration yes = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        await using CancellationTokenRegistration no = ending.Register(() => started.TrySetResult(false));
        return await started.Task;
    }

    /// <summary>Runs the runner until it ends, or ends it. Returns how it ended, in words.</summary>
    private async Task<string> RunAsync(CancellationToken ending)
    {
        Process runner;
        try
        {
            string dataDirectory = Path.Combine(Path.GetFullPath(options.Value.DataDirectory), "runner");
            runner = program.Start(configuration.GetSection("Runner"), endpoints.GrpcUrl, dataDirectory);
        }
        catch (Win32Exception problem)
        {
            return $"could not be started ({problem.Message})";
        }

        using (runner)
        {
            Task lines = Task.WhenAll(PassThroughAsync(runner.StandardOutput), PassThroughAsync(runner.StandardError));
            await runner.WaitForExitAsync(ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!runner.HasExited)
                await EndAsync(runner);
            await lines.WaitAsync(LastLinesWithin, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return $"ended with exit code {runner.ExitCode}";
        }
    }

    private async Task EndAsync(Process runner)
    {
        runner.StandardInput.Close();
        Task exited = runner.WaitForExitAsync();
        await exited.WaitAsync(EndsWithin, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!exited.IsCompleted)
        {
            LogKilled(EndsWithin.TotalSeconds);
            runner.Kill();
            await exited;
        }
    }

    private static async Task PassThroughAsync(StreamReader lines)
    {
        try
        {
            while (await lines.ReadLineAsync() is { } line)
                await Console.Error.WriteLineAsync($"runner | {line}");
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            // The runner has ended and its output was closed under this loop.
        }
    }

    [LoggerMessage(1211, LogLevel.Warning, "The local runner {End}; started again after {Seconds} s")]
    private partial void LogRestart(string end, double seconds);

    [LoggerMessage(1212, LogLevel.Warning, "The local runner did not end within {Seconds} s and was killed")]
    private partial void LogKilled(double seconds);
}
