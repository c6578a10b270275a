using System.Text.Json;
using System.Text.Json.Serialization;
using Coordinator.Model;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Storage.Configurations;

/// <summary>
/// Usage is one column with JSON: nothing is selected by it, and every further column would be written with every change of a
/// row. Empty text, which rows from before have too, means that nothing is known.
/// </summary>
internal static class UsageStorage
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new DenialsConverter() },
    };

    public static void StoreAsJson(this PropertyBuilder<Usage> usage) => usage.HasConversion(value => ToJson(value), json => FromJson(json));

    private static string ToJson(Usage usage) => usage == Usage.None ? "" : JsonSerializer.Serialize(usage, Options);

    private static Usage FromJson(string json) => json.Length == 0 ? Usage.None : JsonSerializer.Deserialize<Usage>(json, Options)!;

    private sealed class DenialsConverter : JsonConverter<PermissionDenials>
    {
        public override PermissionDenials Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<PermissionDenial[]>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, PermissionDenials value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Items, options);
    }
}
