using Coordinator.Simulation.Engine;
using Google.Protobuf;
using Grpc.Core;

namespace Coordinator.Simulation.Network;

/// <summary>
/// One connection between a runner and a coordinator: frames take their time but keep their order, and are lost when it
/// is cut. Each side learns of a cut at a moment of its own, or never, if the network only went silent.
/// </summary>
internal sealed class Wire
{
    private readonly Simulator _simulator;

    public Wire(Simulator simulator, Life world, Life runner, Life coordinator, string name)
    {
        _simulator = simulator;
        Name = name;
        Up = new Lane<Proto.RunnerFrame>(simulator, world, runner, coordinator);
        Down = new Lane<Proto.CoordinatorFrame>(simulator, world, coordinator, runner);
    }

    public string Name { get; }

    /// <summary>From the runner.</summary>
    public Lane<Proto.RunnerFrame> Up { get; }

    /// <summary>To the runner.</summary>
    public Lane<Proto.CoordinatorFrame> Down { get; }

    public bool IsOver => Up.IsOver && Down.IsOver;

    /// <summary>Told when the coordinator's side has to notice that the connection is gone.</summary>
    public event Action? CoordinatorNotices;

    /// <summary>Nothing gets through any more, and nobody is told.</summary>
    public void GoSilent()
    {
        Up.Lose();
        Down.Lose();
    }

    /// <summary>The program at one end was killed: what it had sent before still arrives, and the other end is told.</summary>
    /// <param name="atMost">The longest that it may take to notice.</param>
    public void Abandon(TimeSpan atMost)
    {
        Down.EndAfter(atMost * _simulator.Random.NextDouble(), new RpcException(new Status(StatusCode.Unavailable, "The coordinator is gone.")));
        Up.EndAfter(atMost * _simulator.Random.NextDouble(), new IOException("The runner is gone."), () => CoordinatorNotices?.Invoke());
    }

    /// <summary>Nothing gets through any more; each side is told after its own time.</summary>
    /// <param name="atMost">The longest that one side may take to notice.</param>
    public void Cut(TimeSpan atMost)
    {
        GoSilent();
        RpcException broken = new(new Status(StatusCode.Unavailable, "The connection was cut."));
        Down.EndAfter(atMost * _simulator.Random.NextDouble(), broken);
        TimeSpan noticed = atMost * _simulator.Random.NextDouble();
        Up.EndAfter(noticed, new IOException("The connection was cut."), () => CoordinatorNotices?.Invoke());
    }
}

/// <summary>One direction of a connection.</summary>
internal sealed class Lane<T>(Simulator simulator, Life world, Life sender, Life receiver) : IAsyncStreamReader<T>, IServerStreamWriter<T>, IClientStreamWriter<T>
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300);

    private readonly Queue<T> _arrived = new();
    private TaskCompletionSource? _waiting;
    private TimeSpan _lastArrival;
    private bool _isLost;
    private bool _isEnded;
    private Exception? _end;

    public T Current { get; private set; } = null!;

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>Whether the receiver got its end.</summary>
    public bool IsOver => _isEnded;

    /// <summary>Told of each frame when it arrives.</summary>
    public Action<T>? Arrives { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        if (_isEnded)
            return Task.FromException(new IOException("The connection is over."));
        if (sender.IsDead)
            return Task.CompletedTask;
        T copy = message.Clone();
        After(Delay(), () => Arrive(copy));
        return Task.CompletedTask;
    }

    public Task CompleteAsync()
    {
        EndAfter(Delay(), null);
        return Task.CompletedTask;
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        while (_arrived.Count == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_isEnded)
                return _end is null ? false : throw _end;
            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource waiting = _waiting;
            await using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(_ => waiting.TrySetResult(), null);
            await waiting.Task;
        }

        cancellationToken.ThrowIfCancellationRequested();
        Current = _arrived.Dequeue();
        return true;
    }

    /// <summary>What is under way, and whatever is still sent, is lost.</summary>
    public void Lose() => _isLost = true;

    /// <summary>The receiver comes to the end of what has arrived by then.</summary>
    public void EndAfter(TimeSpan delay, Exception? problem, Action? told = null) => After(delay, () =>
    {
        if (_isEnded)
            return;
        (_isEnded, _end) = (true, problem);
        _waiting?.TrySetResult();
        told?.Invoke();
    });

    private void Arrive(T message)
    {
        if (_isLost || _isEnded || receiver.IsDead)
            return;
        Arrives?.Invoke(message);
        _arrived.Enqueue(message);
        _waiting?.TrySetResult();
    }

    private TimeSpan Delay()
    {
        TimeSpan longest = simulator.Random.Next(20) == 0 ? Slow : Usual;
        return longest * simulator.Random.NextDouble();
    }

    /// <summary>Nothing overtakes what was sent before.</summary>
    private void After(TimeSpan delay, Action act)
    {
        TimeSpan arrival = simulator.Elapsed + delay;
        _lastArrival = arrival > _lastArrival ? arrival : _lastArrival + TimeSpan.FromTicks(1);
        world.Time.CreateTimer(_ => act(), null, _lastArrival - simulator.Elapsed, Timeout.InfiniteTimeSpan);
    }
}
