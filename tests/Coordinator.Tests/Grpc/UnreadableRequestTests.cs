using System.Net.Http.Headers;
using System.Text;
using Coordinator.Grpc;
using Coordinator.Model;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Google.Rpc;
using Grpc.Core;

namespace Coordinator.Tests.Grpc;

public sealed class UnreadableRequestTests
{
    private const string Unary = "coordinator.v1.SessionService/GetSession";
    private const string ServerStreaming = "coordinator.v1.SessionService/WatchSessions";
    private const string Duplex = "coordinator.v1.RunnerService/Connect";
    private const string Reflection = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

    /// <summary>Field 1 of every request below is a text or a message, so these bytes are wrong in all of them.</summary>
    private static readonly Dictionary<string, byte[]> Bodies = new()
    {
        ["no protobuf"] = RawGrpc.Frame([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ["message cut off"] = RawGrpc.Frame([0x0a, 0x20, (byte)'s', (byte)'e', (byte)'s']),
        ["frame cut off"] = RawGrpc.Frame([0x0a, 0x01, (byte)'s'], length: 100),
        ["no frame"] = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"),
        ["unknown flag"] = RawGrpc.Frame([], flag: 0xff),
    };

    public static TheoryData<string, string> Requests => new(
        from method in (string[])[Unary, ServerStreaming, Duplex, Reflection]
        from body in Bodies.Keys
        select (method, body));

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_ThatIsUnreadable_IsInvalidArgument(string method, string body)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        RpcException error = await RawGrpc.CallAsync(coordinator.GrpcUrl, method, Bodies[body]).WithTimeout();

        AssertUnreadable(error);
    }

    [Theory]
    [InlineData(Unary)]
    [InlineData("coordinator.v1.SessionService/WatchSessionEvents")]
    [InlineData("grpc.health.v1.Health/Check")]
    public async Task Text_ThatIsNotUtf8_IsInvalidArgument(string method)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        RpcException error = await RawGrpc.CallAsync(coordinator.GrpcUrl, method, RawGrpc.Frame([0x0a, 0x02, 0xc3, 0x28])).WithTimeout();

        AssertUnreadable(error);
    }

    [Fact]
    public async Task TwoMessages_ToUnaryMethod_AreInvalidArgument()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        RpcException error = await RawGrpc.CallAsync(
            coordinator.GrpcUrl, Unary, [.. RawGrpc.Frame([]), .. RawGrpc.Frame([])]).WithTimeout();

        AssertUnreadable(error);
    }

    [Theory]
    [InlineData(Unary)]
    [InlineData(ServerStreaming)]
    public async Task GarbageOverGrpcWeb_IsInvalidArgument(string method)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        using HttpClient client = new();
        using ByteArrayContent body =
            new(Bodies["no protobuf"]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc-web") } };

        using HttpResponseMessage response = await client.PostAsync(
            $"{coordinator.WebUrl}/{method}", body, TestContext.Current.CancellationToken).WithTimeout();

        // gRPC-Web puts the trailers behind the messages; a response of trailers only has them as headers.
        string trailers = Encoding.ASCII.GetString(
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken).WithTimeout());
        AssertUnreadable(RawGrpc.Error(name => response.Headers.TryGetValues(name, out var values)
            ? values.Single()
            : trailers.Split("\r\n").FirstOrDefault(t => t.Contains($"{name}:", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? ""));
    }

    [Theory]
    [InlineData(Unary)]
    [InlineData(ServerStreaming)]
    [InlineData(Duplex)]
    public async Task MessageOverTheLimit_IsResourceExhausted(string method)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        RpcException error = await RawGrpc.CallAsync(
            coordinator.GrpcUrl, method, RawGrpc.Frame(new byte[4 * 1024 * 1024 + 1])).WithTimeout();

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    private static void AssertUnreadable(RpcException error)
    {
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("cannot be read", error.Status.Detail, StringComparison.Ordinal);
        ErrorInfo? info = error.GetRpcStatus()?.GetDetail<ErrorInfo>();
        Assert.Equal((RpcErrors.Domain, Reasons.InvalidArgument), (info?.Domain, info?.Reason));
    }
}
