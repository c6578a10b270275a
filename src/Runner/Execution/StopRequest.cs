using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// All orders to stop one run, merged: the earliest absolute deadline wins, so a repeated order changes nothing and a
/// sharper one escalates. Thread-safe.
/// </summary>
internal sealed class StopRequest
{
    private readonly Lock _gate = new();
    private Signal _changed = new();
    private StopOrder? _first;
    private StopOrder? _firstOfCoordinator;
    private DateTimeOffset _deadline = DateTimeOffset.MaxValue;

    /// <summary>The first order, null while nobody wants the run stopped.</summary>
    public StopOrder? First
    {
        get
        {
            lock (_gate)
                return _first;
        }
    }

    public bool IsRequested => First is not null;

    /// <summary>The first order that came from the coordinator.</summary>
    public StopOrder? FirstOfCoordinator
    {
        get
        {
            lock (_gate)
                return _firstOfCoordinator;
        }
    }

    /// <summary>When SIGKILL is due; the end of time while no stop is requested.</summary>
    public DateTimeOffset Deadline
    {
        get
        {
            lock (_gate)
                return _deadline;
        }
    }

    /// <summary>Completes with the next order that changes anything. Take it before looking at the rest.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    public void Add(StopOrder order)
    {
        Signal changed;
        lock (_gate)
        {
            if (order.Origin == StopOrigin.Coordinator)
                _firstOfCoordinator ??= order;
            if (order.Deadline >= _deadline)
                return;
            _first ??= order;
            _deadline = order.Deadline;
            changed = _changed;
            _changed = new Signal();
        }

        // The run's own loop goes on elsewhere: whoever brings the order, as the link's read loop, never waits for it.
        changed.Set();
    }
}
