using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>Has the orphans of runs collected soon after they ended: dead ones take up numbers of processes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Reaper : IDisposable
{
    /// <summary>How long one look may wait, so that it serves the many that end together.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(10);

    private readonly Action _collect;
    private readonly TimeProvider _time;
    private readonly PosixSignalRegistration _registration;
    private bool _isDue;

    /// <param name="collect">Collects those that have ended.</param>
    /// <param name="time">The clock.</param>
    public Reaper(Action collect, TimeProvider time)
    {
        (_collect, _time) = (collect, time);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Schedule());
    }

    public void Dispose() => _registration.Dispose();

    private void Schedule()
    {
        if (!Interlocked.Exchange(ref _isDue, true))
            _ = CollectAsync();
    }

    private async Task CollectAsync()
    {
        await Task.Delay(Delay, _time);
        Volatile.Write(ref _isDue, false);
        try
        {
            _collect();
        }
        catch (Exception exception) when (exception is IOException or Win32Exception or UnauthorizedAccessException)
        {
            // They are collected when the next one ends.
        }
    }
}
