using System.ComponentModel;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment;

/// <summary>
/// Reads a run's two output pipes on a thread of its own and hands the bytes on. It alone touches the pipes, so nothing
/// else waits when the sink blocks. A process outside of the run may hold a pipe open for ever; that is why the end of
/// the run, not the end of the stream, decides when to close.
/// </summary>
internal sealed unsafe class PipePump
{
    /// <summary>As much as a pipe can hold that its writer enlarged; what the run wrote is within it.</summary>
    private const int LargestPipe = 1024 * 1024;

    private const int StackSize = 256 * 1024;
    private const int BufferSize = 64 * 1024;
    private const int NoRoom = 11;      // EAGAIN, which the system gives for threads that there is no room for

    private readonly FileDescriptor[] _pipes;
    private readonly OutputDelivery _delivery;
    private readonly FileDescriptor _wake;
    private readonly FileDescriptor _waker;
    private readonly TaskCompletionSource<bool> _begin = new();
    private long _closeAt = long.MaxValue;

    /// <summary>
    /// There is room for its thread from the beginning: nobody who notices that the agent runs could do anything about it otherwise.
    /// </summary>
    /// <exception cref="Win32Exception">There is no room for it.</exception>
    public PipePump(FileDescriptor standardOutput, FileDescriptor standardError, IAgentOutput sink, string name)
    {
        _pipes = [standardOutput, standardError];
        _delivery = new OutputDelivery(sink);
        (_wake, _waker) = FileDescriptor.CreatePipe();
        try
        {
            new Thread(Run, StackSize) { IsBackground = true, Name = $"output {name}" }.Start();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            _waker.Dispose();
            _wake.Dispose();
            throw new Win32Exception(NoRoom, exception.Message);
        }
    }

    /// <inheritdoc cref="OutputDelivery.Drained"/>
    public Task Drained => _delivery.Drained;

    /// <summary>The agent runs.</summary>
    public void Start() => _begin.TrySetResult(true);

    /// <summary>Closes the pipes of an agent that never came to run.</summary>
    public void Discard() => _begin.TrySetResult(false);

    /// <summary>
    /// The run is empty: nothing of it will write any more. Closes as soon as the pipes are dry, and at the latest
    /// after
    /// <paramref name="drain"/> if somebody else keeps writing.
    /// </summary>
    public void Finish(TimeSpan drain)
    {
        var closeAt = Environment.TickCount64 + (long)drain.TotalMilliseconds;
        if (Interlocked.CompareExchange(ref _closeAt, closeAt, long.MaxValue) == long.MaxValue)
        {
            _waker.TryWrite([1]);
        }
    }

    private void Run()
    {
        try
        {
            if (_begin.Task.GetAwaiter().GetResult())
                Pump();
        }
#pragma warning disable CA1031 // An exception would end the whole runner from this thread; it is handed on instead.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _delivery.Fail(failure);
        }

        Close();
    }

    private void Close()
    {
        Array.ForEach(_pipes, pipe => pipe.Dispose());
        _waker.Dispose();
        _wake.Dispose();
        _delivery.Complete();
    }

    private void Pump()
    {
        var buffer = new byte[BufferSize];
        var afterEnd = 0L;
        var entries = stackalloc PollDescriptor[3];
        entries[0] = new(_pipes[0].Number, Libc.PollIn);
        entries[1] = new(_pipes[1].Number, Libc.PollIn);
        entries[2] = new(_wake.Number, Libc.PollIn);
        while (entries[0].Descriptor >= 0 || entries[1].Descriptor >= 0)
        {
            var closeAt = Interlocked.Read(ref _closeAt);
            var finishing = closeAt != long.MaxValue;
            if (finishing)
            {
                entries[2].Descriptor = -1;
            }

            var ready = Libc.Poll(entries, 3, finishing ? 0 : -1);
            if (finishing && (ready == 0 || (afterEnd >= 2 * LargestPipe && Environment.TickCount64 >= closeAt)))
            {
                return;
            }

            for (var i = 0; ready > 0 && i < 2; i++)
            {
                if (entries[i].Returned == 0)
                {
                    continue;
                }

                var count = _pipes[i].Read(buffer);
                afterEnd += finishing ? count : 0;
                if (count == 0)
                {
                    entries[i].Descriptor = -1;
                    _pipes[i].Dispose();
                }
                else
                {
                    _delivery.Deliver(i == 0 ? Proto.OutputStream.Stdout : Proto.OutputStream.Stderr, buffer.AsSpan(0, count));
                }
            }
        }
    }
}
