using System.Collections.Immutable;
using Coordinator.Grpc;
using Coordinator.Model;
using Coordinator.Testing.Logs;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NSubstitute;

namespace Coordinator.Tests.Grpc;

public sealed class ErrorInterceptorTests : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _callEnded = new();
    private readonly ErrorLogGuard _log = new();

    /// <summary>One call of each kind whose handler does what it is told.</summary>
    public static TheoryData<MethodType> Kinds =>
        [MethodType.Unary, MethodType.ClientStreaming, MethodType.ServerStreaming, MethodType.DuplexStreaming];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Refusal_HasStatusReasonAndFields(MethodType kind)
    {
        CoordinatorException refusal = new(ErrorKind.InvalidArgument, Reasons.InvalidArgument, "name must not be empty.")
        {
            Metadata = ImmutableDictionary<string, string>.Empty.Add("session_id", "ses_1"),
            Fields = [new FieldError("name", "must not be empty")],
        };

        RpcException error = await FailAsync(kind, () => throw refusal);

        Assert.Equal((StatusCode.InvalidArgument, "name must not be empty."), (error.StatusCode, error.Status.Detail));
        Google.Rpc.Status status = error.GetRpcStatus()!;
        ErrorInfo info = status.GetDetail<ErrorInfo>();
        Assert.Equal(("coordinator", "INVALID_ARGUMENT", "ses_1"), (info.Domain, info.Reason, info.Metadata["session_id"]));
        BadRequest.Types.FieldViolation field = Assert.Single(status.GetDetail<BadRequest>().FieldViolations);
        Assert.Equal(("name", "must not be empty"), (field.Field, field.Description));
        Assert.Null(status.GetDetail<RetryInfo>());
        Assert.Empty(_log.Records);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Mistake_IsInternalWithoutDetailAndLoggedOnce(MethodType kind)
    {
        RpcException error = await FailAsync(kind, () => throw new NotSupportedException("secret"));

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
        LogRecord record = Assert.Single(_log.Records);
        Assert.Equal((LogLevel.Error, "secret"), (record.Level, record.Exception?.Message));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Cancellation_WhileStopping_IsUnavailableAndMayBeRepeated(MethodType kind)
    {
        RpcException error = await FailAsync(kind, async () =>
        {
            await _stopping.CancelAsync();
            await _callEnded.CancelAsync();
            _callEnded.Token.ThrowIfCancellationRequested();
        });

        AssertShuttingDown(error);
    }

    [Theory]
    [InlineData(MethodType.ServerStreaming)]
    [InlineData(MethodType.DuplexStreaming)]
    public async Task Stream_ThatJustReturnsWhenCutOff_DoesNotLookComplete(MethodType kind)
    {
        RpcException error = await FailAsync(kind, async () =>
        {
            await _stopping.CancelAsync();
            await _callEnded.CancelAsync();
        });

        AssertShuttingDown(error);
    }

    public static TheoryData<MethodType, string> WaysToLeave => new(
        from kind in Kinds
        from problem in (string[])["cancelled", "broken", "complete"]
        select (kind.Data, problem));

    [Theory]
    [MemberData(nameof(WaysToLeave))]
    public async Task Caller_ThatLeaves_IsCancelledQuietly(MethodType kind, string way)
    {
        RpcException error = await FailAsync(kind, async () =>
        {
            await _callEnded.CancelAsync();
            throw way switch
            {
                "broken" => new IOException("The client reset the request stream."),
                "complete" => new InvalidOperationException("Can't write the message because the request is complete."),
                _ => new OperationCanceledException(_callEnded.Token),
            };
        });

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Empty(_log.Records);
    }

    [Fact]
    public async Task Timeout_OfTheHandlersOwn_IsAMistake()
    {
        RpcException error = await FailAsync(MethodType.Unary, () => throw new OperationCanceledException());

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.Single(_log.Records);
    }

    [Fact]
    public async Task Status_ThatIsChosenAlready_Stays()
    {
        RpcException chosen = new(new global::Grpc.Core.Status(StatusCode.DataLoss, "as it is"));

        Assert.Same(chosen, await FailAsync(MethodType.Unary, () => throw chosen));
    }

    [Theory]
    [InlineData(ErrorKind.NotFound, StatusCode.NotFound)]
    [InlineData(ErrorKind.InvalidArgument, StatusCode.InvalidArgument)]
    [InlineData(ErrorKind.FailedPrecondition, StatusCode.FailedPrecondition)]
    [InlineData(ErrorKind.AlreadyExists, StatusCode.AlreadyExists)]
    [InlineData(ErrorKind.ResourceExhausted, StatusCode.ResourceExhausted)]
    [InlineData(ErrorKind.Aborted, StatusCode.Aborted)]
    [InlineData(ErrorKind.Unavailable, StatusCode.Unavailable)]
    internal void Kind_HasItsStatus(ErrorKind kind, StatusCode status) =>
        Assert.Equal(status, RpcErrors.Of(new CoordinatorException(kind, "REASON", "message")).StatusCode);

    public void Dispose()
    {
        _stopping.Dispose();
        _callEnded.Dispose();
        _log.Dispose();
    }

    private static void AssertShuttingDown(RpcException error)
    {
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Google.Rpc.Status status = error.GetRpcStatus()!;
        Assert.Equal(Reasons.ShuttingDown, status.GetDetail<ErrorInfo>().Reason);
        Assert.True(status.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan() > TimeSpan.Zero);
    }

    private Task<RpcException> FailAsync(MethodType kind, Func<Task> handler)
    {
        IHostApplicationLifetime lifetime = Substitute.For<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Returns(_stopping.Token);
        using LoggerFactory loggers = new([_log]);
        ErrorInterceptor interceptor = new(lifetime, loggers.CreateLogger<ErrorInterceptor>());
        EndingCall call = new(_callEnded.Token);
        IAsyncStreamReader<string> requests = Substitute.For<IAsyncStreamReader<string>>();
        IServerStreamWriter<string> responses = Substitute.For<IServerStreamWriter<string>>();
        return Assert.ThrowsAsync<RpcException>(() => kind switch
        {
            MethodType.Unary => interceptor.UnaryServerHandler("", call, async (_, _) => await Answer(handler)),
            MethodType.ClientStreaming =>
                interceptor.ClientStreamingServerHandler<string, string>(requests, call, async (_, _) => await Answer(handler)),
            MethodType.ServerStreaming => interceptor.ServerStreamingServerHandler("", responses, call, (_, _, _) => handler()),
            MethodType.DuplexStreaming => interceptor.DuplexStreamingServerHandler(requests, responses, call, (_, _, _) => handler()),
        });
    }

    private static async Task<string> Answer(Func<Task> handler)
    {
        await handler();
        return "";
    }

    /// <summary>A call of which nothing counts but when it ends.</summary>
    private sealed class EndingCall(CancellationToken ended) : ServerCallContext
    {
        protected override string MethodCore => "test.Service/Method";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => ended;

        protected override Metadata ResponseTrailersCore => [];

        protected override global::Grpc.Core.Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new("", []);

        protected override IDictionary<object, object> UserStateCore { get; } = new Dictionary<object, object>();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
