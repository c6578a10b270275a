using System.Net;
using System.Net.Sockets;

namespace Coordinator.BrowserTests.Support;

/// <summary>A link between browser and coordinator that can fall silent without being closed, as a lost network does.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Uri _target;
    private readonly Task _accepting;
    private TaskCompletionSource _open = new();
    private int _heldBack;

    private TcpProxy(Uri target)
    {
        _target = target;
        _open.SetResult();
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many requests, or parts of them, the browser sent into the silence.</summary>
    public int HeldBack => Volatile.Read(ref _heldBack);

    public static TcpProxy Start(Uri target) => new(target);

    /// <summary>From now on nothing passes in either direction, and nobody is told.</summary>
    public void Stall() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closed.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> links = [];
        try
        {
            while (true)
                links.Add(LinkAsync(await _listener.AcceptTcpClientAsync(_closed.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task LinkAsync(TcpClient near)
    {
        using (near)
        using (TcpClient far = new())
        using (CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token))
        {
            try
            {
                await far.ConnectAsync(_target.Host, _target.Port, ended.Token);
                await Task.WhenAny(CopyAsync(near, far, HoldBack, ended.Token), CopyAsync(far, near, () => { }, ended.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
            }

            await ended.CancelAsync();
        }
    }

    private void HoldBack() => Interlocked.Increment(ref _heldBack);

    private async Task CopyAsync(TcpClient from, TcpClient to, Action holdBack, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (!_open.Task.IsCompleted)
                    holdBack();
                await _open.Task.WaitAsync(cancellationToken);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
        }
    }
}
