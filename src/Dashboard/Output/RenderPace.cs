namespace Coordinator.Dashboard.Output;

/// <summary>
/// Renders soon after something happened and at most five times a second, however much happens: rendering runs on the
/// page's only thread, beside the reader's keys.
/// </summary>
internal sealed class RenderPace : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time;
    private readonly Action _render;
    private readonly ITimer _timer;
    private long _renderedAt;
    private bool _isWaiting;

    /// <param name="time">The clock.</param>
    /// <param name="render">Renders; called from the timer's thread or the caller's.</param>
    public RenderPace(TimeProvider time, Action render)
    {
        _time = time;
        _render = render;
        _timer = time.CreateTimer(_ => Render(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Request()
    {
        if (_isWaiting)
            return;
        TimeSpan left = _renderedAt == 0 ? TimeSpan.Zero : Interval - _time.GetElapsedTime(_renderedAt);
        if (left <= TimeSpan.Zero)
        {
            Render();
            return;
        }

        _isWaiting = true;
        _timer.Change(left, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Render()
    {
        _isWaiting = false;
        _renderedAt = _time.GetTimestamp();
        _render();
    }
}
