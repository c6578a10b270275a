namespace Coordinator.Hosting;

/// <summary>
/// When streaming calls are ended: with the shutdown, at once. A runner that is a child of the coordinator ends with it and
/// has something to tell by then, so it gets that far first; that takes as long as its runs take to stop, and is bounded.
/// </summary>
internal sealed class StreamCutoff : IDisposable
{
    private readonly CancellationTokenSource _cutoff = new();
    private readonly CancellationTokenRegistration _stopping;
    private readonly LocalRunner? _runner;

    public StreamCutoff(IHostApplicationLifetime lifetime, LocalRunner? runner = null)
    {
        _runner = runner;
        _stopping = lifetime.ApplicationStopping.Register(() => _ = CutAsync());
    }

    public CancellationToken Token => _cutoff.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _cutoff.Dispose();
    }

    private async Task CutAsync()
    {
        if (_runner?.ExecuteTask is { } ending)
            await ending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _cutoff.CancelAsync();
    }
}
