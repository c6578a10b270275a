namespace Coordinator.Reports;

/// <summary>
/// Bounds how much output is between the connections and the database, over all of them. Beyond it they are read no
/// further, each in its turn, which slows down the agents that write the most. Without a bound the coordinator would
/// collect what the ledger cannot take yet, and pause for all of it whenever memory is collected.
/// </summary>
internal sealed class OutputIntake
{
    private const int MaxBytes = 512 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<(int Bytes, TaskCompletionSource Entered)> _waiting = [];
    private long _bytes;

    /// <summary>Completes as soon as there is room: something always enters if nothing else is inside, however large it is.</summary>
    /// <exception cref="OperationCanceledException">Nothing entered.</exception>
    public async Task EnterAsync(int bytes, CancellationToken cancellationToken)
    {
        TaskCompletionSource entered;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _bytes < MaxBytes)
            {
                _bytes += bytes;
                return;
            }

            entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, entered));
        }

        using CancellationTokenRegistration _ = cancellationToken.Register(() => entered.TrySetCanceled(cancellationToken));
        await entered.Task;
    }

    /// <summary>For each that entered, once.</summary>
    public void Leave(int bytes)
    {
        lock (_lock)
        {
            _bytes -= bytes;
            while (_bytes < MaxBytes && _waiting.TryDequeue(out var next))
            {
                // Not if it was cancelled meanwhile.
                if (next.Entered.TrySetResult())
                    _bytes += next.Bytes;
            }
        }
    }
}
