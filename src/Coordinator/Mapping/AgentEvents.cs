using Coordinator.Contracts.Text;

namespace Coordinator.Mapping;

/// <summary>
/// Takes in what agents say. A runner bounds and cleans it, but a runner is another program, perhaps an older one, perhaps none of
/// ours: what is stored and shown to every watcher is bounded here once more.
/// </summary>
internal static class AgentEvents
{
    /// <summary>Makes the texts of an event storable; false if it is none that an agent can cause.</summary>
    public static bool TryClean(Proto.SessionEvent item)
    {
        switch (item.EventCase)
        {
            case Proto.SessionEvent.EventOneofCase.Output:
                item.Output.Text = PlainText.Head(item.Output.Text, AgentTextLimits.TextBytes);
                item.Output.QuotaReached = false;
                return true;
            case Proto.SessionEvent.EventOneofCase.Message:
                item.Message.Text = PlainText.Head(item.Message.Text, AgentTextLimits.TextBytes);
                return true;
            case Proto.SessionEvent.EventOneofCase.ToolCall:
                item.ToolCall.ToolCallId = PlainText.Name(item.ToolCall.ToolCallId, AgentTextLimits.IdBytes);
                item.ToolCall.ToolName = PlainText.Name(item.ToolCall.ToolName, AgentTextLimits.NameBytes);
                item.ToolCall.InputJson = PlainText.Head(item.ToolCall.InputJson, AgentTextLimits.TextBytes);
                return true;
            case Proto.SessionEvent.EventOneofCase.ToolResult:
                item.ToolResult.ToolCallId = PlainText.Name(item.ToolResult.ToolCallId, AgentTextLimits.IdBytes);
                item.ToolResult.Text = PlainText.Head(item.ToolResult.Text, AgentTextLimits.TextBytes);
                return true;
            default:
                return false;
        }
    }
}
