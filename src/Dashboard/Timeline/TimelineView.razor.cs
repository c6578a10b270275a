using System.Globalization;
using Coordinator.Client.Connection;
using Coordinator.Client.Events;
using Coordinator.Client.Watches;
using Coordinator.Dashboard.Output;
using Grpc.Core;
using Microsoft.AspNetCore.Components;

namespace Coordinator.Dashboard.Timeline;

public sealed partial class TimelineView
{
    /// <summary>Entries shown at first, and each time earlier ones are asked for.</summary>
    private const int Step = 200;

    /// <summary>How often "3 min ago" moves on.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(30);

    private TimelineState _state = TimelineState.Empty;
    private ConnectionState _connection = ConnectionState.Connecting;
    private CancellationTokenSource? _following;
    private RenderPace? _pace;
    private ITimer? _clock;
    private DateTimeOffset _now;
    private string? _problem;
    private string? _followed;
    private int _limit = Step;

    /// <summary>The session whose timeline is shown.</summary>
    [Parameter, EditorRequired]
    public string SessionId { get; set; } = "";

    /// <summary>Whether more may happen.</summary>
    [Parameter]
    public bool Active { get; set; }

    /// <summary>What is shown of a run's stop.</summary>
    [Parameter]
    public RenderFragment<Proto.StopRecord>? StopContent { get; set; }

    [Inject]
    private IEventSource Source { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Nothing => (_state.IsKnown, Active) switch
    {
        (false, _) => "Reading the timeline …",
        (true, true) => "Nothing has happened yet.",
        (true, false) => "Nothing happened in this session.",
    };

    protected override void OnInitialized() => _now = Clock.GetUtcNow();

    /// <summary>Not while a page is rendered on the server, which does not wait for what comes.</summary>
    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender)
            return;
        _pace = new RenderPace(Clock, () => _ = InvokeAsync(StateHasChanged));
        _clock = Clock.CreateTimer(_ => MoveOn(), null, Tick, Tick);
        Follow();
    }

    protected override void OnParametersSet()
    {
        if (_followed is null || _followed == SessionId)
            return;
        _state = TimelineState.Empty;
        _limit = Step;
        Follow();
    }

    public void Dispose()
    {
        _following?.Cancel();
        _following?.Dispose();
        _clock?.Dispose();
        _pace?.Dispose();
    }

    private void Follow()
    {
        _following?.Cancel();
        _following?.Dispose();
        _following = new CancellationTokenSource();
        _followed = SessionId;
        _problem = null;
        _ = FollowAsync(SessionId, _following.Token);
    }

    private async Task FollowAsync(string sessionId, CancellationToken end)
    {
        try
        {
            await Source.FollowAsync(
                sessionId, new EventFollow(_state.Sequence, OmitOutput: true), message => new ValueTask(On(() => _state = _state.Apply(message))),
                connection => _ = On(() => _connection = connection), end);
        }
        catch (RpcException e)
        {
            await On(() => _problem = EventProblem.Of(e));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }

        Task On(Action change) => InvokeAsync(() =>
        {
            if (end.IsCancellationRequested)
                return;
            change();
            _pace!.Request();
        });
    }

    private void Retry() => Follow();

    private void MoveOn()
    {
        _now = Clock.GetUtcNow();
        _pace!.Request();
    }

    private string LinesLink(long sequence) =>
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["tab"] = "output", ["line"] = sequence });

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
