using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Coordinator.Grpc;

/// <summary>
/// Tells whether two requests say the same. The entries of a map come in any order, depending on the caller's language,
/// so they are sorted first.
/// </summary>
internal static class Fingerprint
{
    /// <summary>128 bits in hexadecimal.</summary>
    public static string Of(IMessage message)
    {
        JsonNode? sorted = Sort(JsonNode.Parse(JsonFormatter.Default.Format(message)));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(sorted?.ToJsonString() ?? ""));
        return Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject json => new JsonObject(json.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sort(p.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Sort)]),
        _ => node?.DeepClone(),
    };
}
