using Coordinator.AgentRunner.Executors;
using Microsoft.Extensions.Hosting;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>
/// Looks for the programs of the executors at start and in an interval, so that what is installed or removed while the
/// runner runs is noticed. A directory that does not answer holds up neither the first connection nor the end.
/// </summary>
/// <param name="look">Finds out which executors can be started; may take long.</param>
/// <param name="availability">Where it is kept.</param>
/// <param name="interval">From one look to the next.</param>
/// <param name="time">The clock.</param>
internal sealed class ExecutorWatch(
    Func<IReadOnlyList<ExecutorState>> look, ExecutorAvailability availability, TimeSpan interval, TimeProvider time)
    : IHostedService, IDisposable
{
    /// <summary>
    /// What the start waits for the first look, so that the hello can tell what it has found. A look takes about a
    /// millisecond.
    /// </summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private ITimer? _timer;
    private bool _isLooking;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _isLooking = true;
        Task first = Task.Run(Look, CancellationToken.None);
        await first.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _timer = time.CreateTimer(_ => LookAgain(), null, interval, interval);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>One that hangs must not be joined by another each minute.</summary>
    private void LookAgain()
    {
        if (!Interlocked.Exchange(ref _isLooking, true))
            Look();
    }

    private void Look()
    {
        try
        {
            availability.Set(look());
        }
        finally
        {
            Volatile.Write(ref _isLooking, false);
        }
    }
}
