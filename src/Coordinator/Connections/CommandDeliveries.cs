using System.Collections.Concurrent;
using Coordinator.Model;

namespace Coordinator.Connections;

/// <summary>Tells whoever asked for stops, by the ids of their commands, whether these were written to the connections of their runners.</summary>
internal sealed class CommandDeliveries(TimeProvider time)
{
    /// <summary>How long an answer waits for a command to be written before it says that the runner could not be reached.</summary>
    private static readonly TimeSpan WriteWait = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Watch> _watches = new(StringComparer.Ordinal);

    /// <summary>Remembers what becomes of the commands of an operation, from now on until it is disposed as often as it was asked for.</summary>
    public Watch Of(string operationId)
    {
        lock (_lock)
        {
            if (!_watches.TryGetValue(operationId, out Watch? watch))
                _watches.Add(operationId, watch = new Watch(this, operationId));
            watch.Users++;
            return watch;
        }
    }

    /// <summary>A stop was handed to the connection of its runner, or there is none.</summary>
    /// <param name="written">Completes with whether it was written.</param>
    public void Note(RunnerCommand.StopRun stop, Task<bool> written)
    {
        Watch? watch;
        lock (_lock)
            watch = _watches.GetValueOrDefault(stop.OperationId);
        watch?.Add(stop.CommandId, written);
    }

    /// <summary>What becomes of a command that was handed over, as far as an answer waits for it.</summary>
    /// <returns>Whether it was written; null if nobody knows by then: it may still be.</returns>
    public async Task<bool?> ResultOfAsync(Task<bool> written)
    {
        try
        {
            return await InContextAsync(written).WaitAsync(WriteWait, time);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Awaited here, in the caller's context: a timeout on the task itself would go on on a thread of the pool.</summary>
    private static async Task<bool> InContextAsync(Task<bool> written) => await written;

    /// <summary>The commands of one operation.</summary>
    internal sealed class Watch(CommandDeliveries deliveries, string operationId) : IDisposable
    {
        private readonly ConcurrentDictionary<string, Task<bool>> _written = new(StringComparer.Ordinal);

        /// <summary>How many wait for commands of the operation. Guarded by the lock of the deliveries.</summary>
        public int Users { get; set; }

        public void Add(string commandId, Task<bool> written) => _written[commandId] = written;

        /// <summary>Whether a command that was committed is written, after a moment at most.</summary>
        public async Task<bool> IsWrittenAsync(string commandId) =>
            _written.TryGetValue(commandId, out Task<bool>? written) && await deliveries.ResultOfAsync(written) == true;

        public void Dispose()
        {
            lock (deliveries._lock)
            {
                if (--Users == 0)
                    deliveries._watches.Remove(operationId);
            }
        }
    }
}
