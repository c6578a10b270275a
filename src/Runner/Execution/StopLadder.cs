using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Ends every process of one run: soft step, SIGTERM, at the deadline SIGKILL, and then looks until nothing is alive.
/// There is one absolute deadline, which a sharper order moves forward at any moment. It returns only with an empty
/// census: that is the proof behind <c>STOPPED</c>.
/// </summary>
internal sealed partial class StopLadder(
    IRunContainer container, StopRequest stop, RunnerClock clock, IStopWitness witness, ILogger logger)
{
    /// <summary>How long after SIGKILL a process that is still alive is worth a word to the operator.</summary>
    internal static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(1);

    /// <summary>How often at most the word is repeated when the picture changes.</summary>
    internal static readonly TimeSpan StuckInterval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Milliseconds between looks. Most processes are gone within one or two; those that are not are not worth a walk
    /// through the process table every few milliseconds.
    /// </summary>
    private static readonly int[] Pauses = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    private const int LastPauseWithinGrace = 5;

    private bool _signalled;
    private bool _agentIsGone;

    /// <summary>Whether SIGKILL was sent.</summary>
    public bool Escalated { get; private set; }

    /// <summary>How many different processes of the run were seen alive.</summary>
    public int Seen { get; private set; }

    /// <summary>Stops a run whose agent is alive.</summary>
    public async Task StopAsync(SoftStop softStop)
    {
        if (softStop == SoftStop.Interrupt && !IsDue(stop.Deadline))
        {
            Signal(container.Interrupt);
            if (await IsEmptyBeforeAsync(SoftDeadline))
                return;
        }

        await TerminateThenKillAsync(() => stop.Deadline);
    }

    /// <summary>
    /// Ends what an agent left behind that exited by itself. A stop that arrives meanwhile only makes it faster.
    /// </summary>
    public async Task SweepAsync(TimeSpan grace)
    {
        _agentIsGone = true;
        if ((await LookAsync()).IsEmpty)
            return;
        DateTimeOffset limit = clock.Now + grace;
        await TerminateThenKillAsync(() => Earlier(limit, stop.Deadline));
    }

    /// <summary>
    /// Ends an agent that has given its result and does not exit. A stop that arrives meanwhile only makes it faster.
    /// </summary>
    public Task EndAsync(TimeSpan grace)
    {
        DateTimeOffset limit = clock.Now + grace;
        return TerminateThenKillAsync(() => Earlier(limit, stop.Deadline));
    }

    /// <summary>Ends everything at once.</summary>
    public async Task KillAsync()
    {
        Escalated = true;
        Signal(container.Kill);
        DateTimeOffset killed = clock.Now;
        witness.Killed(killed);
        await KillUntilEmptyAsync(killed);
    }

    private async Task TerminateThenKillAsync(Func<DateTimeOffset> deadline)
    {
        if (!IsDue(deadline()))
        {
            Signal(container.Terminate);
            if (await IsEmptyBeforeAsync(deadline))
                return;
        }

        await KillAsync();
    }

    /// <summary>The soft step gets a third of the budget, counted from the receipt of the stop.</summary>
    private DateTimeOffset SoftDeadline()
    {
        DateTimeOffset received = stop.First?.ReceivedAt ?? clock.Now;
        return received + ((stop.Deadline - received) / 3);
    }

    /// <summary>
    /// Waits for the census to be empty; false once the deadline, which may move forward, has passed.
    /// </summary>
    private async Task<bool> IsEmptyBeforeAsync(Func<DateTimeOffset> deadline)
    {
        for (int look = 0; ;)
        {
            Task changed = stop.Changed;
            _agentIsGone |= container.Exited.IsCompleted;
            if (_agentIsGone && (await LookAsync()).IsEmpty)
                return true;
            TimeSpan left = deadline() - clock.Now;
            if (left <= TimeSpan.Zero)
                return false;

            // As long as the agent lives the run cannot be empty: its exit is the time to look, not the clock.
            TimeSpan pause = _agentIsGone ? PauseAt(Math.Min(look++, LastPauseWithinGrace)) : left;
            await WaitAsync(Shorter(pause, left), changed, _agentIsGone ? changed : container.Exited);
        }
    }

    private async Task KillUntilEmptyAsync(DateTimeOffset killed)
    {
        DateTimeOffset nextWord = killed + StuckAfter;
        ProcessCensus lastWord = default;
        for (int look = 0; ; look++)
        {
            ProcessCensus census = await LookAsync();
            if (census.IsEmpty)
                return;
            DateTimeOffset now = clock.Now;
            if (now >= nextWord && (census.Alive, census.Detail) != (lastWord.Alive, lastWord.Detail))
            {
                witness.Stuck(now, census);
                lastWord = census;
                nextWord = now + StuckInterval;
            }

            bool stuck = now >= killed + StuckAfter;
            await Task.Delay(PauseAt(stuck ? look : Math.Min(look, LastPauseWithinGrace)), clock.Time);
            Try(container.Kill);
        }
    }

    private void Signal(Action send)
    {
        Try(send);
        if (_signalled)
            return;
        _signalled = true;
        witness.Signalled(clock.Now);
    }

    /// <summary>
    /// A signal or a look that fails must not end the stop: the next step, or the next look, tries again.
    /// </summary>
    private void Try(Action send)
    {
        try
        {
            send();
        }
        catch (Exception failure)
        {
            LogSignalFailed(logger, container.ProcessId, failure);
        }
    }

    private async Task<ProcessCensus> LookAsync()
    {
        try
        {
            ProcessCensus census = container.Census();
            if (census.IsEmpty)
                census = await container.ProveAsync();
            Seen = Math.Max(Seen, census.Seen);
            return census;
        }
        catch (Exception failure)
        {
            LogLookFailed(logger, container.ProcessId, failure);
            return new ProcessCensus(1, 1, $"The run's processes could not be looked at: {failure.Message}");
        }
    }

    private async Task WaitAsync(TimeSpan atMost, Task orThis, Task orThat)
    {
        using CancellationTokenSource over = new();
        await Task.WhenAny(clock.DelayAsync(atMost, over.Token), orThis.InContext(), orThat.InContext());
        over.Cancel();
    }

    private bool IsDue(DateTimeOffset deadline) => deadline <= clock.Now;

    private static TimeSpan PauseAt(int look) => TimeSpan.FromMilliseconds(Pauses[Math.Min(look, Pauses.Length - 1)]);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(20, LogLevel.Warning, "Could not signal the processes of the agent with process id {ProcessId}")]
    private static partial void LogSignalFailed(ILogger logger, int processId, Exception failure);

    [LoggerMessage(21, LogLevel.Warning, "Could not look at the processes of the agent with process id {ProcessId}")]
    private static partial void LogLookFailed(ILogger logger, int processId, Exception failure);
}
