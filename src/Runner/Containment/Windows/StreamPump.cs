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

    private readonly OutputDelivery _delivery = new(sink);
    private readonly Lock _oneAtATime = new();
    private int _open = 2;
    private int _finishing;

    /// <inheritdoc cref="OutputDelivery.Drained"/>
    public Task Drained => _delivery.Drained;

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
                    _delivery.Deliver(stream, buffer.AsSpan(0, count));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed by Finish.
        }

        if (Interlocked.Decrement(ref _open) == 0)
        {
            _delivery.Complete();
        }
    }
}
