namespace Coordinator.Client.Watches;

/// <summary>
/// Turns many changes into few pictures, at most five a second. Changes come in bursts, and a picture is best made right
/// when one has come: the first after a quiet time is shown at once, and of a stream of bursts every second one. Only a
/// burst that none follows waits for a timer.
/// </summary>
public sealed class RenderPace(TimeProvider time, Action render) : IDisposable
{
    /// <summary>A little less than twice the 100 ms between the coordinator's bursts, which do not come on the dot.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(190);

    /// <summary>Since the last picture: later than the burst that is worth waiting for, and soon enough for one that was the last.</summary>
    private static readonly TimeSpan Latest = TimeSpan.FromMilliseconds(235);

    private ITimer? _timer;
    private long _last;
    private bool _waiting;

    /// <summary>There is something new to show: now, or together with what follows within 235 ms.</summary>
    public void Request()
    {
        TimeSpan since = _last == 0 ? Interval : time.GetElapsedTime(_last);
        if (since >= Interval)
        {
            Render();
        }
        else if (!_waiting)
        {
            _waiting = true;
            _timer ??= time.CreateTimer(_ => RenderLate(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(Latest - since, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void RenderLate()
    {
        if (_waiting)
            Render();
    }

    private void Render()
    {
        _waiting = false;
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _last = time.GetTimestamp();
        render();
    }
}
