using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Coordinator.Testing.Model;

/// <summary>Writes one answer in the form of the Messages API: one JSON document, or server-sent events.</summary>
internal sealed class MessageWriter(HttpResponse response, string model, int number)
{
    private readonly string _messageId = $"msg_test{number:D8}";

    public async Task WriteAsync(ModelAnswer answer, bool streaming, CancellationToken cancellationToken)
    {
        switch (answer)
        {
            case ModelAnswer.ErrorAnswer error:
                response.StatusCode = error.Status;
                await WriteJsonAsync(ErrorBody(error.Type, error.Message), cancellationToken);
                break;
            case var _ when streaming:
                await WriteEventsAsync(answer, cancellationToken);
                break;
            default:
                await WriteJsonAsync(Message([Block(answer)], StopReason(answer)), cancellationToken);
                break;
        }
    }

    public static JsonObject ErrorBody(string type, string message) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject { ["type"] = type, ["message"] = message },
    };

    private async Task WriteEventsAsync(ModelAnswer answer, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        foreach (var (name, data) in Events(answer))
        {
            data["type"] = name;
            await response.WriteAsync($"event: {name}\ndata: {data.ToJsonString()}\n\n", cancellationToken);
        }
    }

    private IEnumerable<(string Name, JsonObject Data)> Events(ModelAnswer answer)
    {
        yield return ("message_start", new() { ["message"] = Message([], stopReason: null) });
        yield return ("content_block_start", new() { ["index"] = 0, ["content_block"] = EmptyBlock(answer) });
        yield return ("content_block_delta", new() { ["index"] = 0, ["delta"] = Delta(answer) });
        yield return ("content_block_stop", new() { ["index"] = 0 });
        yield return ("message_delta", new()
        {
            ["delta"] = new JsonObject { ["stop_reason"] = StopReason(answer), ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = 2 },
        });
        yield return ("message_stop", []);
    }

    private JsonObject Message(JsonArray content, string? stopReason) => new()
    {
        ["id"] = _messageId,
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = model,
        ["content"] = content,
        ["stop_reason"] = stopReason,
        ["stop_sequence"] = null,
        ["usage"] = new JsonObject { ["input_tokens"] = 1, ["output_tokens"] = 1 },
    };

    private JsonObject Block(ModelAnswer answer)
    {
        var block = EmptyBlock(answer);
        if (answer is ModelAnswer.ToolAnswer tool)
            block["input"] = tool.Input.DeepClone();
        else
            block["text"] = ((ModelAnswer.TextAnswer)answer).Content;
        return block;
    }

    private JsonObject EmptyBlock(ModelAnswer answer) => answer is ModelAnswer.ToolAnswer tool
        ? new() { ["type"] = "tool_use", ["id"] = $"toolu_test{number:D8}", ["name"] = tool.Name, ["input"] = new JsonObject() }
        : new() { ["type"] = "text", ["text"] = "" };

    private static JsonObject Delta(ModelAnswer answer) => answer is ModelAnswer.ToolAnswer tool
        ? new() { ["type"] = "input_json_delta", ["partial_json"] = tool.Input.ToJsonString() }
        : new() { ["type"] = "text_delta", ["text"] = ((ModelAnswer.TextAnswer)answer).Content };

    private static string StopReason(ModelAnswer answer) =>
        answer is ModelAnswer.ToolAnswer ? "tool_use" : "end_turn";

    private Task WriteJsonAsync(JsonObject body, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        return response.WriteAsync(body.ToJsonString(), cancellationToken);
    }
}
