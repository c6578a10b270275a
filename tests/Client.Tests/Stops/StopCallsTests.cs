using Coordinator.Client.Stops;
using Coordinator.Testing.Calls;
using Coordinator.Testing.Waiting;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Client.Tests.Stops;

public sealed class StopCallsTests
{
    private static readonly StopTerms Terms = new(TimeSpan.FromSeconds(5), "why", IncludeChildren: true, Force: false);

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedCalls _coordinator = new();
    private readonly StopCalls _calls;
    private int _unanswered;

    public StopCallsTests() => _calls = new StopCalls(new Proto.SessionService.SessionServiceClient(_coordinator), _time, new Random(1));

    [Fact]
    public async Task Stop_NoAnswer_IsAskedForAgainUntilThereIsOne()
    {
        _coordinator.On<Proto.StopSessionRequest>(_ => _coordinator.Requests.Count < 3
            ? throw new RpcException(new Status(StatusCode.Unavailable, "gone"))
            : new Proto.StopSessionResponse { AlreadyStopping = true });

        Task<Proto.StopSessionResponse> stop = _calls.StopAsync("ses_1", Terms, () => _unanswered++);
        Assert.Equal(1, _unanswered);
        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            return stop.IsCompleted;
        });

        Assert.True((await stop).AlreadyStopping);
        Assert.Equal((3, 2), (_coordinator.Requests.Count, _unanswered));
        Assert.All(_coordinator.Requests, r => Assert.Equal(
            new Proto.StopSessionRequest { SessionId = "ses_1", GracePeriod = new() { Seconds = 5 }, Reason = "why", IncludeChildren = true }, r));
    }

    [Fact]
    public async Task Stop_Refused_IsNotAskedForAgain()
    {
        _coordinator.On<Proto.StopSessionsRequest>(_ => throw new RpcException(new Status(StatusCode.PermissionDenied, "no")));

        await Assert.ThrowsAsync<RpcException>(() => _calls.StopAsync(["ses_1", "ses_2"], Terms with { Force = true }, () => _unanswered++).WithTimeout());

        Proto.StopSessionsRequest request = Assert.IsType<Proto.StopSessionsRequest>(Assert.Single(_coordinator.Requests));
        Assert.Equal((true, null, 2, 0), (request.Force, request.GracePeriod, request.SessionIds.Count, _unanswered));
    }

    [Fact]
    public async Task Stop_GivenUpWithoutAnAnswer_EndsTheAsking()
    {
        _coordinator.On<Proto.StopSessionRequest>(_ => throw new RpcException(new Status(StatusCode.Unavailable, "gone")));
        using CancellationTokenSource end = new();
        Task stop = _calls.StopAsync("ses_1", Terms, () => _unanswered++, end.Token);

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stop.WithTimeout());
    }

    [Fact]
    public async Task Preview_SessionsThatHaveEnded_AreLeftOut()
    {
        _coordinator.On<Proto.StopSessionsRequest>(_ => new Proto.StopSessionsResponse
        {
            Outcomes = { new Proto.SessionStopOutcome { SessionId = "ses_1" }, new Proto.SessionStopOutcome { SessionId = "ses_2", ErrorReason = "SESSION_NOT_RUNNING" } },
        });

        Assert.Equal("ses_1", Assert.Single(await _calls.PreviewAsync(new() { AgentName = "builder" })).SessionId);
        Assert.True(Assert.IsType<Proto.StopSessionsRequest>(Assert.Single(_coordinator.Requests)).ValidateOnly);
    }
}
