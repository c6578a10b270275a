using System.Net;
using System.Net.Sockets;
using Coordinator.FaultTests.Background;

namespace Coordinator.FaultTests.Network;

/// <summary>A TCP connection's way through a network that can be cut, go silent, and be slow. Listens on a port of its own.</summary>
internal sealed class FaultyLink : IDisposable
{
    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _open = [];
    private readonly Func<Uri> _target;
    private volatile bool _isStalled;
    private TimeSpan _delay;

    /// <param name="loops">It becomes one of them, with all its connections.</param>
    /// <param name="name">Of the machine it begins at.</param>
    /// <param name="target">Where connections lead; may change between connections.</param>
    public FaultyLink(Loops loops, string name, Func<Uri> target)
    {
        _target = target;
        _listener.Start();
        loops.Start($"The link of {name}", AcceptAsync);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Whether bytes stay where they are, in both directions; connections stay open.</summary>
    public bool IsStalled
    {
        set => _isStalled = value;
    }

    /// <summary>How much longer each packet takes.</summary>
    public TimeSpan Delay
    {
        set
        {
            lock (_open)
                _delay = value;
        }
    }

    /// <summary>Breaks every connection. New ones are possible at once.</summary>
    public void Cut()
    {
        lock (_open)
        {
            foreach (Socket socket in _open)
                Reset(socket);
            _open.Clear();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private void ResetUnlessCut(Socket socket)
    {
        lock (_open)
        {
            if (_open.Remove(socket))
                Reset(socket);
        }
    }

    /// <summary>Takes connections, and looks after those it has: what one fails with that no cut explains is its own failure.</summary>
    private async Task AcceptAsync(CancellationToken over)
    {
        List<Task> carried = [];
        try
        {
            while (true)
            {
                Task<Socket> next = _listener.AcceptSocketAsync(over).AsTask();
                while (await Task.WhenAny([next, .. carried]) is var ended && ended != next)
                {
                    carried.Remove(ended);
                    await ended;
                }

                carried.Add(CarryAsync(await next, over));
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(Socket near, CancellationToken over)
    {
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        lock (_open)
            _open.AddRange([near, far]);
        List<Task> pumps = [];
        try
        {
            Uri target = _target();
            await far.ConnectAsync(target.Host, target.Port, over);
            pumps.AddRange([PumpAsync(near, far, over), PumpAsync(far, near, over)]);
            await Task.WhenAny(pumps);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Whoever is at the other end learns of it by the end of its connection.
        }

        ResetUnlessCut(near);
        ResetUnlessCut(far);
        await Task.WhenAll(pumps);
    }

    private async Task PumpAsync(Socket from, Socket to, CancellationToken over)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (await from.ReceiveAsync(buffer, over) is var count and > 0)
            {
                await WaitAsync(over);
                for (int sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), over);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task WaitAsync(CancellationToken over)
    {
        TimeSpan delay;
        lock (_open)
            delay = _delay;
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, TimeProvider.System, over);
        while (_isStalled)
            await Task.Delay(LookAgain, TimeProvider.System, over);
    }
}
