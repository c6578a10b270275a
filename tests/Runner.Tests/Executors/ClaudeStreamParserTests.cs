using System.Text;
using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Tests.Executors;

public sealed class ClaudeStreamParserTests
{
    private readonly ClaudeStreamParser _parser = new();

    [Fact]
    public void Transcript_OfAToolCall_BecomesEventsAndFindings()
    {
        List<Proto.SessionEvent> events = Parse(
            """{"type":"system","subtype":"init","cwd":"/work","session_id":"0b5c","tools":["Bash"],"mcp_servers":[],"model":"claude","permissionMode":"default","apiKeySource":"none","uuid":"1"}""",
            """{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"I will look."}],"stop_reason":null,"usage":{"input_tokens":1}},"parent_tool_use_id":null,"session_id":"0b5c","uuid":"2"}""",
            """{"type":"assistant","message":{"id":"msg_1","role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"ls -l \"a b\"","description":"List"}}]},"session_id":"0b5c"}""",
            """{"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_1","type":"tool_result","content":"total 0","is_error":false}]},"session_id":"0b5c","tool_use_result":{"stdout":"total 0","stderr":"","interrupted":false}}""",
            """{"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_2","type":"tool_result","content":[{"type":"text","text":"one"},{"type":"image","source":{}},{"type":"text","text":"two"}],"is_error":true}]},"session_id":"0b5c"}""",
            """{"type":"stream_event","event":{"type":"ping"},"session_id":"0b5c"}""",
            """{"type":"result","subtype":"success","is_error":false,"duration_ms":1200,"num_turns":2,"result":"All is well.","session_id":"0b5c","total_cost_usd":0.01,"usage":{}}""");

        Assert.Equal(4, events.Count);
        Assert.Equal((Proto.MessageRole.Assistant, "I will look."), (events[0].Message.Role, events[0].Message.Text));
        Assert.Equal(
            ("toolu_1", "Bash", """{"command":"ls -l \"a b\"","description":"List"}"""),
            (events[1].ToolCall.ToolCallId, events[1].ToolCall.ToolName, events[1].ToolCall.InputJson));
        Assert.Equal(
            ("toolu_1", "total 0", false),
            (events[2].ToolResult.ToolCallId, events[2].ToolResult.Text, events[2].ToolResult.IsError));
        Assert.Equal(("one\n[image]\ntwo", true), (events[3].ToolResult.Text, events[3].ToolResult.IsError));
        Assert.Equal(
            ("0b5c", "All is well.", false),
            (_parser.Findings.ExecutorSessionId, _parser.Findings.ResultText, _parser.Findings.ResultIsError));
    }

    [Fact]
    public void Result_WithoutText_IsAnError()
    {
        Assert.Empty(Parse("""{"type":"result","subtype":"error_max_turns","is_error":true,"session_id":"0b5c"}"""));

        Assert.Equal(("", true), (_parser.Findings.ResultText, _parser.Findings.ResultIsError));
    }

    [Fact]
    public void Message_WhoseContentIsAString_IsRead() =>
        Assert.Equal("hello", Parse("""{"type":"user","message":{"role":"user","content":"hello"}}""").Single().Message.Text);

    [Theory]
    [InlineData("Warning: no stdin data received")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("42")]
    [InlineData("{}")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"assistant"}""")]
    [InlineData("""{"type":"assistant","message":"oops"}""")]
    [InlineData("""{"type":"assistant","message":{"content":[{"type":"text","text":"half"},{"type":"text"}]}}""")]
    [InlineData("""{"type":"assistant","message":{"content":[{"type":"text","text":"\ud800"}]}}""")]
    [InlineData("""{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":{"a":1}}]}}""")]
    [InlineData("""{"type":"result","result":["a"]}""")]
    [InlineData("""{"type":"system","subtype":"init"}""")]
    [InlineData("""{"type":"result","result":"a"} trailing""")]
    public void Line_OfAnotherShape_IsShownAsItIs(string line)
    {
        Proto.SessionEvent one = Assert.Single(Parse(line));

        Assert.Equal((Proto.OutputStream.Stdout, line), (one.Output.Stream, one.Output.Text));
        Assert.Equal("", _parser.Findings.ResultText);
    }

    [Fact]
    public void Line_NestedTooDeeplyOrNotUtf8_IsShownAsItIs()
    {
        string deep = """{"type":"assistant","message":""" + new string('[', 5000) + new string(']', 5000) + "}";
        Assert.NotNull(Parse(deep).Single().Output);

        List<Proto.SessionEvent> events = [];
        byte[] broken = [.. "{\"type\":\"user\",\"message\":{\"content\":\""u8, 0xff, .. "\"}}"u8];
        _parser.Parse(broken, 0, events);
        Assert.Contains('\ufffd', events.Single().Output.Text);
    }

    [Fact]
    public void Line_ThatWasCut_IsNotReadAsIfItWereWhole()
    {
        List<Proto.SessionEvent> events = [];
        _parser.Parse("""{"type":"user","message":{"content":"hello"}}"""u8, 5, events);

        Assert.Equal(5, events.Single().Output.TruncatedBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"type":"system","subtype":"compact_boundary"}""")]
    [InlineData("""{"type":"rate_limit_event","rate_limit_info":{}}""")]
    public void Line_ThatSaysNothing_IsLeftOut(string line) => Assert.Empty(Parse(line));

    [Fact]
    public void Texts_AreBoundedAndSaySo()
    {
        string huge = new('ü', 2_000_000);
        List<Proto.SessionEvent> events = Parse(
            """{"type":"assistant","message":{"content":[{"type":"text","text":"HUGE"},{"type":"tool_use","id":"t","name":"n","input":{"a":"HUGE"}}]}}""".Replace("HUGE", huge),
            """{"type":"result","is_error":false,"result":"HUGE","session_id":"s"}""".Replace("HUGE", huge));

        foreach (string text in new[] { events[0].Message.Text, events[1].ToolCall.InputJson })
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(text), 60_000, BoundedText.MaxTextBytes);
            Assert.EndsWith("bytes cut here]", text, StringComparison.Ordinal);
        }

        Assert.InRange(Encoding.UTF8.GetByteCount(_parser.Findings.ResultText), 1_000_000, BoundedText.MaxResultBytes);
    }

    [Fact]
    public void Lines_AtRandom_NeverThrow()
    {
        Random random = new(7);
        byte[] sample = Encoding.UTF8.GetBytes(
            """{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"one"}]}]},"session_id":"s"}""");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] line = (byte[])sample.Clone();
            for (int mutation = random.Next(1, 6); mutation > 0; mutation--)
                line[random.Next(line.Length)] = (byte)random.Next(256);
            List<Proto.SessionEvent> events = [];
            _parser.Parse(line.AsSpan(0, random.Next(1, line.Length)), 0, events);
        }
    }

    private List<Proto.SessionEvent> Parse(params string[] lines)
    {
        List<Proto.SessionEvent> events = [];
        foreach (string line in lines)
            _parser.Parse(Encoding.UTF8.GetBytes(line), 0, events);
        return events;
    }
}
