using System.Text;
using System.Text.Json;

namespace Coordinator.Client.Events;

/// <summary>Reads what an agent gave to a tool: JSON that may be anything, and may be cut at its end.</summary>
public static class ToolInput
{
    /// <summary>What tells most about a call, in this order.</summary>
    private static readonly string[] Telling =
        ["command", "file_path", "notebook_path", "path", "pattern", "url", "query", "description", "prompt", "subject"];

    /// <summary>For example the command or the file; empty if the input is.</summary>
    public static string Gist(string json)
    {
        IReadOnlyList<ToolArgument> arguments = Arguments(json);
        foreach (string name in Telling)
        {
            if (arguments.FirstOrDefault(a => a.Name == name) is { } telling)
                return EventGist.FirstLine(telling.Value);
        }

        return arguments.Count > 0 ? EventGist.FirstLine(arguments[0].Value) : "";
    }

    /// <summary>
    /// The members of the input in order, strings as the text they are and anything else as JSON. What cannot be read as
    /// an object is one argument without a name.
    /// </summary>
    public static IReadOnlyList<ToolArgument> Arguments(string json)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        List<ToolArgument> arguments = [];
        try
        {
            Utf8JsonReader reader = new(utf8);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                Read(ref reader, utf8, arguments);
                return arguments;
            }
        }
        catch (JsonException)
        {
            // It was cut at its end, or never was JSON; shown as it is.
        }

        return json.Length == 0 ? [] : [new ToolArgument("", json)];
    }

    private static void Read(ref Utf8JsonReader reader, byte[] utf8, List<ToolArgument> arguments)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                arguments.Add(new ToolArgument(name, reader.GetString()!));
                continue;
            }

            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            arguments.Add(new ToolArgument(name, Encoding.UTF8.GetString(utf8, start, (int)reader.BytesConsumed - start)));
        }
    }
}
