using Coordinator.FaultTests.Background;
using Coordinator.FaultTests.Plants;
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
    private readonly CampaignSettings _settings;
    private readonly Random _random;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly List<Proto.Session> _mine = [];
    private readonly Loop _loop;
    private readonly Lock _lock = new();
    private Tally _tally;

    /// <param name="plant">Where.</param>
    /// <param name="watcher">Tells how many runs there are.</param>
    /// <param name="settings">How many runs there should be, and of which agents.</param>
    public Operator(Plant plant, Watcher watcher, CampaignSettings settings)
    {
        (_plant, _watcher, _settings, _random) = (plant, watcher, settings, new Random(settings.Seed));
        _loop = plant.Loops.Start("The operator", WorkAsync);
    }

    /// <summary>The runs whose start was answered; to be read after <see cref="EndAsync"/>.</summary>
    public List<string> Started { get; } = [];

    /// <summary>The runs whose stop was answered; to be read after <see cref="EndAsync"/>.</summary>
    public List<string> Stopped { get; } = [];

    public Tally Tally
    {
        get
        {
            lock (_lock)
                return _tally;
        }
    }

    /// <summary>Lets it finish what it has begun.</summary>
    public Task EndAsync() => _loop.EndAsync();

    /// <summary>What it has begun may never be answered any more, so that is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        Task end = _loop.EndAsync();
        await _abandoned.CancelAsync();
        await end;
        _abandoned.Dispose();
    }

    private async Task WorkAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            if (WantsMore())
                await StartAsync();
            else
                await StopAsync(_mine[_random.Next(_mine.Count)]);
            TimeSpan pause = Pause * _random.NextDouble();
            await Task.Delay(pause, TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Below the wanted number it stops, too, so that faults meet stops as well as starts; above it stops only.</summary>
    private bool WantsMore() => _mine.Count == 0 || (_watcher.Active < _settings.RunsAtATime && _random.Next(4) > 0);

    /// <summary>Asks with one id until it is answered: it must not be started twice for that.</summary>
    private async Task StartAsync()
    {
        Proto.StartSessionRequest request = new()
        {
            Executor = "command",
            Prompt = _settings.Agent(_random, _plant.Marks),
            RequestId = $"request-{Tally.StartsAsked + 1}",
        };
        Count(tally => tally with { StartsAsked = tally.StartsAsked + 1 });
        Proto.Session session = (await _plant.AskAsync(c => c.Sessions.StartSessionAsync(request), _abandoned.Token)).Session;
        Started.Add(session.RunId);
        _mine.Add(session);
        Count(tally => tally with { Starts = tally.Starts + 1 });
    }

    private async Task StopAsync(Proto.Session session)
    {
        _mine.Remove(session);
        Proto.StopSessionRequest request = new() { SessionId = session.SessionId, GracePeriod = Grace, Reason = "enough" };
        Count(tally => tally with { StopsAsked = tally.StopsAsked + 1 });
        try
        {
            await _plant.AskAsync(c => c.Sessions.StopSessionAsync(request), _abandoned.Token);
            Stopped.Add(session.RunId);
            Count(tally => tally with { Stops = tally.Stops + 1 });
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
        {
            // It had ended by itself, or by this stop, whose first answer was lost.
            Count(tally => tally with { StopsTooLate = tally.StopsTooLate + 1 });
        }
    }

    private void Count(Func<Tally, Tally> one)
    {
        lock (_lock)
            _tally = one(_tally);
    }
}
