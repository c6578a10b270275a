namespace Coordinator.Dashboard.Sessions;

/// <summary>
/// Turns many changes into few pictures: the first change of a quiet time is shown at once, later ones at most every
/// 200 ms.
/// </summary>
internal sealed class RenderPace(TimeProvider time, Action render) : IDisposable
{
    /// <summary>
    /// Five a second. A little less than twice the pause between the coordinator's bursts, so that every second burst is
    /// shown as it arrives rather than one timer later.
    /// </summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(190);

    private ITimer? _timer;
    private long _last;
    private bool _waiting;

    public void Request()
    {
        if (_waiting)
            return;
        TimeSpan since = _last == 0 ? Interval : time.GetElapsedTime(_last);
        if (since >= Interval)
        {
            Render();
            return;
        }

        _waiting = true;
        _timer ??= time.CreateTimer(_ => Render(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(Interval - since, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private void Render()
    {
        _waiting = false;
        _last = time.GetTimestamp();
        render();
    }
}
