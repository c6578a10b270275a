using Coordinator.Testing.Waiting;

namespace Coordinator.FaultTests.Background;

/// <summary>
/// Work beside a test that goes on until it is told to end. If it ends before that, with an exception or without, whatever the
/// test does from then on shows nothing: it is a failure that the first one who looks is given.
/// </summary>
internal sealed class Loop : IAsyncDisposable
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _over = new();
    private readonly string _name;
    private readonly Action<LoopEndedException> _failed;
    private readonly Task _work;

    /// <param name="name">For the failure.</param>
    /// <param name="work">Ends when its token says so. What it has begun then may be finished.</param>
    /// <param name="failed">Is told if it ends before.</param>
    public Loop(string name, Func<CancellationToken, Task> work, Action<LoopEndedException> failed)
    {
        (_name, _failed) = (name, failed);
        _work = RunAsync(work);
    }

    /// <summary>Tells it to end, and waits until it has.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await _work.WithTimeout(EndsWithin, $"the end of {_name}");
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _over.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> work)
    {
        Exception? cause = null;
        try
        {
            await work(_over.Token);
        }
        catch (Exception exception)
        {
            cause = exception;
        }

        if (!_over.IsCancellationRequested || cause is not (null or OperationCanceledException))
            _failed(new LoopEndedException(_name, cause));
    }
}
