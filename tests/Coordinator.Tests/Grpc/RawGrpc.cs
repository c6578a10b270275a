using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Coordinator.Tests.Grpc;

/// <summary>gRPC by hand over HTTP/2, to send what no client would.</summary>
internal static class RawGrpc
{
    /// <summary>A message in its frame: a flag, the length, the bytes.</summary>
    public static byte[] Frame(byte[] message, byte flag = 0, int? length = null)
    {
        byte[] frame = [flag, 0, 0, 0, 0, .. message];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length ?? message.Length);
        return frame;
    }

    public static async Task<RpcException> CallAsync(string url, string method, byte[] body)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Post, $"{url}/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            Headers = { { "te", "trailers" } },
        };
        using HttpResponseMessage response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        return Error(name => response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values)
            ? values.Single()
            : "");
    }

    /// <summary>What a client would make of the status, wherever it stood.</summary>
    public static RpcException Error(Func<string, string> header)
    {
        Metadata trailers = [];
        if (header("grpc-status-details-bin") is { Length: > 0 } details)
            trailers.Add("grpc-status-details-bin", Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '=')));
        return new RpcException(
            new Status((StatusCode)int.Parse(header("grpc-status")), Uri.UnescapeDataString(header("grpc-message"))), trailers);
    }
}
