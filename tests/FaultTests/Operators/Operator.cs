using Coordinator.FaultTests.Plants;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Coordinator.FaultTests.Operators;

/// <summary>Starts agents and stops some of them, whatever state the plant is in, and remembers what it was told.</summary>
internal sealed class Operator : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);
    private static readonly Duration Grace = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(700));

    private readonly Plant _plant;
    private readonly Watcher _watcher;
    private readonly Random _random;
    private readonly int _wanted;
    private readonly CancellationTokenSource _over = new();
    private readonly List<Proto.Session> _mine = [];
    private readonly Task _work;
    private int _requests;

    /// <param name="plant">Where.</param>
    /// <param name="watcher">Tells how many there are.</param>
    /// <param name="random">Decides what it does.</param>
    /// <param name="wanted">How many runs there should be at a time.</param>
    public Operator(Plant plant, Watcher watcher, Random random, int wanted)
    {
        (_plant, _watcher, _random, _wanted) = (plant, watcher, random, wanted);
        _work = WorkAsync();
    }

    /// <summary>The runs whose start was answered.</summary>
    public List<string> Started { get; } = [];

    /// <summary>The runs whose stop was answered.</summary>
    public List<string> Stopped { get; } = [];

    /// <summary>Lets it finish what it has begun.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await _work.WithTimeout(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            if (_watcher.Active < _wanted)
                await StartAsync();
            else
                await StopAsync(_mine[_random.Next(_mine.Count)]);
            await Task.Delay(Pause * _random.NextDouble(), TimeProvider.System, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks with one id until it is answered: it must not be started twice for that.</summary>
    private async Task StartAsync()
    {
        Proto.StartSessionRequest request = new()
        {
            Executor = "command",
            Prompt = AgentScript.Any(_random, _plant.Marks),
            RequestId = $"request-{++_requests}",
        };
        Proto.Session session = (await _plant.AskAsync(c => c.Sessions.StartSessionAsync(request))).Session;
        Started.Add(session.RunId);
        _mine.Add(session);
    }

    private async Task StopAsync(Proto.Session session)
    {
        _mine.Remove(session);
        try
        {
            await _plant.AskAsync(c => c.Sessions.StopSessionAsync(new() { SessionId = session.SessionId, GracePeriod = Grace, Reason = "enough" }));
            Stopped.Add(session.RunId);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
        {
            // It had ended by itself.
        }
    }
}
