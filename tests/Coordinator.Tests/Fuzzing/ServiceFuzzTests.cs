using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Coordinator.Testing.Fuzzing;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Coordinator.Tests.Fuzzing;

/// <summary>Whatever bytes a client sends to whichever method: an answer that makes sense, soon, and nothing in the log.</summary>
public sealed partial class ServiceFuzzTests
{
    private const int Rounds = 600;
    private const long MemoryBound = 100_000_000;

    /// <summary>For a stream that goes on.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMilliseconds(150);

    private static readonly ServiceDescriptor[] Services =
    [
        .. new[]
        {
            Proto.SessionServiceReflection.Descriptor, Proto.RunServiceReflection.Descriptor, Proto.FleetServiceReflection.Descriptor,
            Proto.AuditServiceReflection.Descriptor, Proto.RunnerServiceReflection.Descriptor,
        }.SelectMany(f => f.Services),
    ];

    [Fact]
    public async Task Services_GivenAnything_AnswerThatItIsWrongOrDoIt()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        MessageFuzzer fuzzer = new(
            random, session.SessionId, start.RunId, ScriptedRunner.DefaultId, "command", "rnr_00000000000000000000000002", "x");
        MethodDescriptor[] methods = [.. Services.SelectMany(s => s.Methods)];
        using HttpClient http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (int round = 0; round < FuzzRounds.Of(Rounds); round++)
        {
            MethodDescriptor method = methods[random.Next(methods.Length)];
            byte[] body = Body(random, fuzzer, method);
            bool isWeb = random.Next(3) == 0 && !method.IsClientStreaming;
            StatusCode? status = await CallAsync(http, isWeb ? coordinator.WebUrl : coordinator.GrpcUrl, method, body, isWeb)
                .WithTimeout(what: $"an answer of {method.FullName} (seed {seed}, round {round})");
            Assert.True(status is not (StatusCode.Unknown or StatusCode.Internal or StatusCode.DeadlineExceeded),
                $"{method.FullName} answered {status} to {Convert.ToHexString(body)} (seed {seed}, round {round}).");
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryBound);
        Assert.NotEmpty((await coordinator.Sessions.ListSessionsAsync(new())).Sessions);
    }

    private static byte[] Body(Random random, MessageFuzzer fuzzer, MethodDescriptor method)
    {
        List<byte> body = [];
        if (method.IsClientStreaming && random.Next(4) > 0)
        {
            body.AddRange(Framed(
                new Proto.RunnerFrame { Hello = ScriptedRunner.Hello("rnr_00000000000000000000000002", bootId: $"boot-{random.Next(3)}") }
                    .ToByteArray()));
        }

        for (int messages = method.IsClientStreaming ? random.Next(8) : 1; messages > 0; messages--)
        {
            byte[] message = fuzzer.Any(method.InputType).ToByteArray();
            body.AddRange(Framed(random.Next(3) switch { 0 => message, 1 => fuzzer.Damage(message), _ => fuzzer.Noise(random.Next(40)) }));
        }

        return random.Next(8) == 0 ? fuzzer.Damage([.. body]) : [.. body];
    }

    private static byte[] Framed(byte[] message)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
        return [0, .. length, .. message];
    }

    /// <summary>Null for a stream that was still open when there was no time left.</summary>
    private static async Task<StatusCode?> CallAsync(HttpClient http, string address, MethodDescriptor method, byte[] body, bool isWeb)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{address.TrimEnd('/')}/{method.Service.FullName}/{method.Name}")
        {
            Version = isWeb ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(isWeb ? "application/grpc-web+proto" : "application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using CancellationTokenSource patience = new();
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            if (method.IsServerStreaming)
                patience.CancelAfter(LongEnough);
            string content = Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync(patience.Token));
            string? status = response.Headers.TryGetValues("grpc-status", out var inHeaders) ? inHeaders.Single()
                : response.TrailingHeaders.TryGetValues("grpc-status", out var inTrailers) ? inTrailers.Single()
                : StatusInBody().Match(content) is { Success: true } match ? match.Groups[1].Value
                : null;
            Assert.True(status is not null, $"{method.FullName} ended without a status.");
            return (StatusCode)int.Parse(status, CultureInfo.InvariantCulture);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"grpc-status: ?(\d+)")]
    private static partial Regex StatusInBody();
}
