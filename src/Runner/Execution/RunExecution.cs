using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.RunFiles;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// The life of one run: prepare, spawn, wait, stop or sweep, drain, report. One loop walks through it, so a stop and an
/// exit are never looked at by two threads: what the loop finds before its first signal decides the race between them.
/// An agent that had exited by then ended by itself, and its stop came too late; after the first signal it was
/// stopped, whatever its exit code. An agent that has given its result and does not exit is ended, too, but by nobody's
/// wish: unless a stop came before that, the run is told as one that came to its end.
/// </summary>
internal sealed partial class RunExecution(
    Proto.StartRun command, RunSurroundings surroundings, Action<Proto.RunEnded> ended, ILogger logger) : IRunControl
{
    /// <summary>How long the exit status may lag behind the proof that the process is gone.</summary>
    private static readonly TimeSpan ExitStatusPatience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly RunKey _key = new(command.RunId, command.Epoch);
    private readonly StopRequest _stop = new();
    private readonly RunReporter _reporter =
        new(new RunKey(command.RunId, command.Epoch), surroundings.Reports, surroundings.Clock);
    private readonly DateTimeOffset _acceptedTime = surroundings.Clock.Now;
    private bool _isRunning;
    private bool _hasEnded;

    private RunnerClock Clock => surroundings.Clock;

    public Proto.HeldRunState State
    {
        get
        {
            lock (_gate)
            {
                return this switch
                {
                    { _hasEnded: true } => Proto.HeldRunState.Ended,
                    { _stop.IsRequested: true } => Proto.HeldRunState.Stopping,
                    { _isRunning: true } => Proto.HeldRunState.Running,
                    _ => Proto.HeldRunState.Accepted,
                };
            }
        }
    }

    public void Stop(StopOrder order)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            if (order.Origin == StopOrigin.Coordinator && _stop.FirstOfCoordinator is null)
                _reporter.StopReceived(order.ReceivedAt);
            _stop.Add(order);
        }
    }

    /// <summary>Runs until the end is told and nothing of the run is left. Never faults.</summary>
    public async Task RunAsync()
    {
        // Whoever launches the run goes on at once.
        await Task.Yield();
        RunDirectory? directory = null;
        try
        {
            directory = surroundings.Directories.Create(command);
            await LiveAsync(directory);
        }
        catch (AgentStartException failure)
        {
            LogStartFailed(logger, command.RunId, failure.Message);
            End(directory, StartFailed(failure.Message));
        }
        catch (Exception failure)
        {
            LogBroken(logger, command.RunId, failure);
            End(directory, StartFailed($"The runner failed before the agent was started: {failure.Message}"));
        }
    }

    private async Task LiveAsync(RunDirectory directory)
    {
        ExecutorProfile profile = surroundings.Executors.Get(command.Executor);
        using OutputPump pump = new(
            _key, surroundings.Reports, Clock, profile.NewParser(command.UsageBefore), directory.OpenLogs(), directory.OpenSpill());
        AgentLaunch launch = surroundings.Launches.Prepare(profile, command, directory, pump);
        if (_stop.IsRequested)
        {
            End(directory, NeverStarted());
            return;
        }

        if (!surroundings.Journal.TrySpawn(_key))
            throw new AgentStartException(RunJournal.Full);
        if (await TryStartAsync(launch) is not { } container)
        {
            End(directory, NeverStarted());
            return;
        }

        surroundings.Journal.Spawned(_key, container.Trace);
        StopLadder ladder = new(container, _stop, Clock, _reporter, logger);
        try
        {
            End(directory, await LiveInAsync(container, ladder, profile.SoftStop, pump));
        }
        catch (Exception failure) when (!_hasEnded)
        {
            LogBroken(logger, command.RunId, failure);
            End(directory, await GiveUpAsync(container, ladder, failure));
        }
        finally
        {
            await DisposeAsync(container);
        }
    }

    /// <summary>Null if it was stopped while it waited to be started.</summary>
    private async Task<IRunContainer?> TryStartAsync(AgentLaunch launch)
    {
        try
        {
            return await surroundings.Containment.StartAsync(launch with { IsUnwanted = () => _stop.IsRequested }, CancellationToken.None);
        }
        catch (OperationCanceledException) when (_stop.IsRequested)
        {
            return null;
        }
    }

    private async Task<Proto.RunEnded> LiveInAsync(
        IRunContainer container, StopLadder ladder, SoftStop softStop, OutputPump pump)
    {
        // At one stroke: a stop that finds the run running is told after its start.
        lock (_gate)
        {
            _isRunning = true;
            _reporter.Started(container.ProcessId, surroundings.Containment);
        }

        pump.Open();

        RunEnding ending = await AwaitEndingAsync(container, pump);
        _reporter.IsStopping = ending is RunEnding.Stopped or RunEnding.Broken && _stop.FirstOfCoordinator is not null;
        await (ending switch
        {
            RunEnding.Stopped => ladder.StopAsync(softStop),
            RunEnding.Lingered => EndLingeringAsync(ladder),
            RunEnding.Exited => ladder.SweepAsync(surroundings.SweepGrace),
            RunEnding.Broken => ladder.KillAsync(),
        });

        Proto.RunEnded report = _reporter.Ended(Clock.Now);
        AgentExit exit = await ExitOfAsync(container);
        await FinishOutputAsync(container, pump);
        report.AddEnding(ending, exit, _stop);
        report.AddProcesses(ending, ladder, container);
        await report.AddBreakAsync(container);
        report.AddFindings(pump);
        if (!pump.IsDelivered)
            await DeliverAsync(container, pump, report);
        return report;
    }

    /// <summary>Waits until the agent ends, is to be stopped, or is found to linger after its result.</summary>
    private async Task<RunEnding> AwaitEndingAsync(IRunContainer container, OutputPump pump)
    {
        using CancellationTokenSource over = new();
        await Task.WhenAny(
            container.Exited.InContext(),
            container.Broken.InContext(),
            RequestedAsync(),
            pump.Result.LingeredAsync(surroundings.LingerTimeout, over.Token));
        over.Cancel();
        return container.Broken.IsCompleted ? RunEnding.Broken
            : container.HasAgentExited ? RunEnding.Exited
            : _stop.IsRequested ? RunEnding.Stopped
            : RunEnding.Lingered;
    }

    private Task EndLingeringAsync(StopLadder ladder)
    {
        LogLingering(logger, command.RunId, surroundings.LingerTimeout);
        return ladder.EndAsync(surroundings.SweepGrace);
    }

    /// <summary>
    /// The end is told after the last output, which may wait for the coordinator for long. Until then it is in the
    /// journal, so that a runner that is killed meanwhile still knows it, and nothing else of the run is kept. A stop
    /// waits for no output: what finds no room then is skipped.
    /// </summary>
    private async Task DeliverAsync(IRunContainer container, OutputPump pump, Proto.RunEnded report)
    {
        if (!_stop.IsRequested)
        {
            surroundings.Journal.Ended(report.Clone());
            await DisposeAsync(container);
            await Task.WhenAny(pump.Delivered, RequestedAsync());
        }

        pump.Hurry();
    }

    /// <summary>
    /// Something broke in the middle of the run: whatever it was, nothing of the run may outlive the report.
    /// </summary>
    private async Task<Proto.RunEnded> GiveUpAsync(IRunContainer container, StopLadder ladder, Exception failure)
    {
        await ladder.KillAsync();
        Proto.RunEnded report = _reporter.Ended(Clock.Now);
        report.Outcome = _stop.FirstOfCoordinator is null ? Proto.RunOutcome.RunnerRestarted : Proto.RunOutcome.Stopped;
        report.AddProcesses(RunEnding.Stopped, ladder, container);
        report.Escalated = true;
        report.Error = $"The runner failed while the agent was running, and ended it: {failure.Message}";
        await report.AddBreakAsync(container);
        return report;
    }

    private async Task RequestedAsync()
    {
        while (true)
        {
            Task changed = _stop.Changed;
            if (_stop.IsRequested)
                return;
            await changed;
        }
    }

    private async Task<AgentExit> ExitOfAsync(IRunContainer container)
    {
        try
        {
            return await container.Exited.InContext().WaitAsync(ExitStatusPatience, Clock.Time);
        }
        catch (TimeoutException)
        {
            return AgentExit.Unknown;
        }
    }

    private async Task FinishOutputAsync(IRunContainer container, OutputPump pump)
    {
        surroundings.Reports.Hurry(_key);
        try
        {
            await container.OutputDrained.InContext().WaitAsync(IRunContainer.OutputDrain * 2, Clock.Time);
        }
        catch (TimeoutException)
        {
            LogOutputLost(logger, command.RunId);
        }

        pump.Complete();
    }

    private Proto.RunEnded NeverStarted()
    {
        Proto.RunEnded report = _reporter.Ended(Clock.Now);
        report.Outcome = Proto.RunOutcome.NeverStarted;
        return report;
    }

    private Proto.RunEnded StartFailed(string message)
    {
        Proto.RunEnded report = _reporter.Ended(Clock.Now);
        report.Outcome = Proto.RunOutcome.StartFailed;
        report.Error = message;
        return report;
    }

    private void End(RunDirectory? directory, Proto.RunEnded report)
    {
        lock (_gate)
            _hasEnded = true;
        ended(report);
        LogEnded(logger, command.RunId, report.Outcome, report.Signal, report.ProcessesEnded);
        directory?.Write(RunManifest.Of(command, _acceptedTime) with
        {
            EndedTime = Clock.Now,
            Outcome = report.Outcome.ToString(),
            Error = report.Error,
            ExecutorSessionId = report.ExecutorSessionId,
        });
    }

    private async Task DisposeAsync(IRunContainer container)
    {
        try
        {
            await container.DisposeAsync();
        }
        catch (Exception failure)
        {
            LogNotDisposed(logger, command.RunId, failure);
        }
    }

    [LoggerMessage(40, LogLevel.Warning, "Run {RunId} could not be started: {Reason}")]
    private static partial void LogStartFailed(ILogger logger, string runId, string reason);

    [LoggerMessage(41, LogLevel.Error, "Run {RunId} broke")]
    private static partial void LogBroken(ILogger logger, string runId, Exception failure);

    [LoggerMessage(42, LogLevel.Warning, "Output of run {RunId} did not end with its processes and was left")]
    private static partial void LogOutputLost(ILogger logger, string runId);

    [LoggerMessage(43, LogLevel.Information,
        "Run {RunId} ended: {Outcome}, signal \"{Signal}\", {ProcessesEnded} processes ended by signals")]
    private static partial void LogEnded(
        ILogger logger, string runId, Proto.RunOutcome outcome, string signal, int processesEnded);

    [LoggerMessage(44, LogLevel.Warning, "The container of run {RunId} could not be put away")]
    private static partial void LogNotDisposed(ILogger logger, string runId, Exception failure);

    [LoggerMessage(45, LogLevel.Warning,
        "Run {RunId} gave its result {LingerTimeout} ago and has not exited; it is ended and judged by its result")]
    private static partial void LogLingering(ILogger logger, string runId, TimeSpan lingerTimeout);
}
