namespace Coordinator.AgentRunner.Hosting;

/// <summary>How long runs have when the runner ends. It may only become shorter.</summary>
internal sealed class ShutdownGrace(TimeSpan configured)
{
    /// <summary>For a parent that is gone: whoever started the runner does not wait any more.</summary>
    private static readonly TimeSpan WithoutParent = TimeSpan.FromSeconds(1);

    private long _ticks = configured.Ticks;

    public TimeSpan Value => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public void ShortenWithoutParent()
    {
        if (Value > WithoutParent)
            Interlocked.Exchange(ref _ticks, WithoutParent.Ticks);
    }
}
