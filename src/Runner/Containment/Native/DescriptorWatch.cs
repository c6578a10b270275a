using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// One thread that waits for what the runs' descriptors have to tell: that an agent has ended, that a supervisor
/// reports. It is apart from the threads that read output, so that a sink that blocks delays no notice. Callbacks run
/// on this thread and must be short; one returns false when it has heard all it wants. One that fails, as there are no
/// descriptors left perhaps, is called again until it does not: nobody else would tell that an agent has ended.
/// </summary>
[SupportedOSPlatform("linux")]
[SuppressMessage("Reliability", "CA1001", Justification = "There is one, and it lives as long as the process.")]
internal sealed unsafe class DescriptorWatch
{
    private const int CloseOnExec = 0x80000;
    private const int RetryMilliseconds = 10;
    private static readonly Lazy<DescriptorWatch> Instance = new(() => new());

    private readonly Lock _gate = new();
    private readonly List<(FileDescriptor Descriptor, Func<bool> Ready)> _watched = [];
    private readonly HashSet<Func<bool>> _failed = [];
    private readonly FileDescriptor _wake = new(Libc.EventFd(0, CloseOnExec));

    private DescriptorWatch() =>
        new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "containment-watch" }.Start();

    /// <summary>It lives as long as the process.</summary>
    public static DescriptorWatch Shared => Instance.Value;

    /// <summary>
    /// Calls back whenever the descriptor is readable or at its end. The descriptor stays open at least until the
    /// callback returns false, even if it is disposed of before.
    /// </summary>
    public void Add(FileDescriptor descriptor, Func<bool> ready)
    {
        if (!descriptor.TryHold())
        {
            return;
        }

        lock (_gate)
        {
            _watched.Add((descriptor, ready));
        }

        _wake.TryWrite(BitConverter.GetBytes(1L));
    }

    private void Run()
    {
        Span<byte> count = stackalloc byte[sizeof(long)];
        while (true)
        {
            PollDescriptor[] entries;
            Func<bool>[] callbacks;
            lock (_gate)
            {
                entries =
                [
                    new(_wake.Number, Libc.PollIn),
                    .. _watched.Select(w => new PollDescriptor(w.Descriptor.Number, Libc.PollIn)),
                ];
                callbacks = [.. _watched.Select(w => w.Ready)];
            }

            fixed (PollDescriptor* start = entries)
            {
                if (Libc.Poll(start, (nuint)entries.Length, _failed.Count > 0 ? RetryMilliseconds : -1) < 0)
                {
                    continue;
                }
            }

            if (entries[0].Returned != 0)
            {
                _wake.Read(count);
            }

            for (var i = 1; i < entries.Length; i++)
            {
                bool isAgain = _failed.Remove(callbacks[i - 1]);
                if ((entries[i].Returned != 0 || isAgain) && !CallBack(callbacks[i - 1]))
                    Remove(callbacks[i - 1]);
            }

            if (_failed.Count > 0)
                _ = Libc.Poll(null, 0, RetryMilliseconds);
        }
    }

    /// <summary>Whether there is more to hear.</summary>
    private bool CallBack(Func<bool> ready)
    {
        try
        {
            return ready();
        }
#pragma warning disable CA1031 // An exception would end the whole runner from this thread.
        catch (Exception)
#pragma warning restore CA1031
        {
            _failed.Add(ready);
            return true;
        }
    }

    private void Remove(Func<bool> ready)
    {
        lock (_gate)
        {
            var index = _watched.FindIndex(w => w.Ready == ready);
            _watched[index].Descriptor.DangerousRelease();
            _watched.RemoveAt(index);
        }
    }
}
