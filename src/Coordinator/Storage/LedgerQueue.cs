using System.Diagnostics.CodeAnalysis;

namespace Coordinator.Storage;

/// <summary>The operations that wait for the writer, by lanes, and in each lane in the order in which they came.</summary>
internal sealed class LedgerQueue
{
    private readonly Lock _lock = new();
    private readonly LinkedList<LedgerOperation>[] _lanes = [.. Enum.GetValues<LedgerLane>().Select(_ => new LinkedList<LedgerOperation>())];
    private bool _closed;

    public bool IsClosed
    {
        get
        {
            lock (_lock)
                return _closed;
        }
    }

    /// <summary>False if nothing more is taken in.</summary>
    public bool TryAdd(LedgerOperation operation)
    {
        lock (_lock)
        {
            if (!_closed)
                _lanes[(int)operation.Lane].AddLast(operation);
            return !_closed;
        }
    }

    /// <summary>Takes the oldest of the highest lane that has one.</summary>
    public bool TryTake(LedgerLane lowest, [NotNullWhen(true)] out LedgerOperation? next)
    {
        lock (_lock)
        {
            for (LedgerLane lane = LedgerLane.Urgent; lane >= lowest; lane--)
            {
                if (_lanes[(int)lane].First is not { } first)
                    continue;
                _lanes[(int)lane].RemoveFirst();
                next = first.Value;
                return true;
            }
        }

        next = null;
        return false;
    }

    /// <summary>Puts back what was taken last: it has its turn before anything else of its lanes, in the same order.</summary>
    public void PutBack(params IReadOnlyList<LedgerOperation> operations)
    {
        lock (_lock)
        {
            for (int i = operations.Count - 1; i >= 0; i--)
                _lanes[(int)operations[i].Lane].AddFirst(operations[i]);
        }
    }

    /// <summary>Whether something waits that goes ahead of a lane.</summary>
    public bool HasAheadOf(LedgerLane lane)
    {
        lock (_lock)
            return _lanes[((int)lane + 1)..].Any(waiting => waiting.Count > 0);
    }

    /// <summary>Takes nothing more in; what waits can still be taken.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
    }
}
