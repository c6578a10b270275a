using System.IO.Pipes;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Windows;

/// <summary>
/// Reads the two output pipes of a run, each on a thread of its own because an anonymous pipe cannot be waited for, and
/// hands the bytes on one call at a time.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class StreamPump(
    AnonymousPipeServerStream standardOutput, AnonymousPipeServerStream standardError, IAgentOutput sink)
{
    private const int StackSize = 256 * 1024;
    private const int BufferSize = 64 * 1024;

    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _oneAtATime = new();
    private int _open = 2;
    private int _finishing;
    private Exception? _failure;

    public Task Drained => _drained.Task;

    public void Start(string name)
    {
        Start(standardOutput, Proto.OutputStream.Stdout, name);
        Start(standardError, Proto.OutputStream.Stderr, name);
    }

    /// <summary>Closes the pipes after this time even if somebody outside of the run holds them.</summary>
    public void Finish(TimeSpan drain, TimeProvider time)
    {
        if (Interlocked.Exchange(ref _finishing, 1) == 0)
        {
            _ = CloseAsync(drain, time);
        }
    }

    private async Task CloseAsync(TimeSpan drain, TimeProvider time)
    {
        await Drained.WaitAsync(drain, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await standardOutput.DisposeAsync();
        await standardError.DisposeAsync();
    }

    private void Start(AnonymousPipeServerStream pipe, Proto.OutputStream stream, string name) =>
        new Thread(() => Read(pipe, stream), StackSize) { IsBackground = true, Name = $"output {name}" }.Start();

    private void Read(AnonymousPipeServerStream pipe, Proto.OutputStream stream)
    {
        var buffer = new byte[BufferSize];
        try
        {
            int count;
            while ((count = pipe.Read(buffer)) > 0)
            {
                lock (_oneAtATime)
                {
                    Deliver(stream, buffer.AsSpan(0, count));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed by Finish.
        }

        if (Interlocked.Decrement(ref _open) == 0)
        {
            _ = _failure is null ? _drained.TrySetResult() : _drained.TrySetException(_failure);
        }
    }

    private void Deliver(Proto.OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null)
        {
            return;
        }

        try
        {
            sink.Write(stream, bytes);
        }
#pragma warning disable CA1031 // An exception would end the whole runner from this thread; it is handed on instead.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = failure;
        }
    }
}
