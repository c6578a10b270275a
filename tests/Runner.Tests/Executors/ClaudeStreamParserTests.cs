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

    [Theory]
    [InlineData("--dangerously-skip-permissions")]
    [InlineData("two words")]
    [InlineData("")]
    public void SessionId_ThatIsNone_IsNotLearned(string id)
    {
        Parse("""{"type":"system","subtype":"init","session_id":"ID"}""".Replace("ID", id));

        Assert.Equal("", _parser.Findings.ExecutorSessionId);
    }

    [Fact]
    public void ToolCall_WithAHugeNameAndId_IsCut()
    {
        string huge = new('x', 6_000_000);

        Proto.ToolCallEvent call = Assert.Single(Parse(
            """{"type":"assistant","message":{"content":[{"type":"tool_use","id":"HUGE","name":"HUGE"}]}}""".Replace("HUGE", huge))).ToolCall;

        Assert.True(call.CalculateSize() < 1_000, $"{call.CalculateSize()} bytes");
    }

    [Theory]
    [InlineData(100_000, 1)]
    [InlineData(50, 60_000)]
    public void Line_OfManyParts_BecomesFewEvents(int parts, int length)
    {
        string part = $$"""{"type":"text","text":"{{new string('x', length)}}"}""";

        List<Proto.SessionEvent> events = Parse(
            """{"type":"assistant","message":{"content":[PARTS]}}""".Replace("PARTS", string.Join(',', Enumerable.Repeat(part, parts))));

        Assert.True(events.Sum(e => e.CalculateSize()) < 700_000);
        Assert.True(events.Count <= 201);
        Assert.Equal($"{parts - (events.Count - 1)} more parts of this line are left out.", events[^1].Message.Text);
    }

    [Fact]
    public void Nul_InAnyText_IsReplaced()
    {
        List<Proto.SessionEvent> events = Parse(
            """{"type":"assistant","message":{"content":[{"type":"text","text":"a\u0000b"},{"type":"tool_use","id":"i\u0000","name":"n\u0000"}]}}""",
            "plain \0 text");

        Assert.Equal("a\uFFFDb", events[0].Message.Text);
        Assert.Equal(("i\uFFFD", "n\uFFFD"), (events[1].ToolCall.ToolCallId, events[1].ToolCall.ToolName));
        Assert.Equal("plain \uFFFD text", events[2].Output.Text);
    }

    [Fact]
    public void Result_WithoutText_IsAnError()
    {
        Assert.Empty(Parse("""{"type":"result","subtype":"error_max_turns","is_error":true,"session_id":"0b5c"}"""));

        Assert.Equal(("The agent reported error_max_turns.", true), (_parser.Findings.ResultText, _parser.Findings.ResultIsError));
    }

    [Fact]
    public void Result_WithErrorsInThePlaceOfText_HasTheirSentences()
    {
        Parse("""{"type":"result","subtype":"error_during_execution","is_error":true,"num_turns":0,"session_id":"99","total_cost_usd":0,"usage":{"input_tokens":0},"modelUsage":{},"permission_denials":[],"errors":["No conversation found with session ID: 99",7,"Look again."]}""");

        Assert.Equal("No conversation found with session ID: 99\nLook again.", _parser.Findings.ResultText);
    }

    [Fact]
    public void Retry_BecomesANotice()
    {
        Proto.MessageEvent told = Parse("""{"type":"system","subtype":"api_retry","attempt":3,"max_retries":10,"error_status":529}""").Single().Message;
        Proto.MessageEvent bare = Parse("""{"type":"system","subtype":"api_retry","error":"overloaded"}""").Single().Message;

        Assert.Equal((Proto.MessageRole.System, "The model did not answer (529); try 3 of 10."), (told.Role, told.Text));
        Assert.Equal("The model did not answer (overloaded); it is tried again.", bare.Text);
    }

    [Fact]
    public void Denial_BecomesANoticeAndIsCountedOnce()
    {
        Proto.SessionEvent notice = Parse(
            """{"type":"system","subtype":"permission_denied","tool_name":"Bash","tool_use_id":"toolu_3","message":"touch needs approval.","session_id":"s"}""",
            """{"type":"result","is_error":false,"result":"r","permission_denials":[{"tool_name":"Bash","tool_use_id":"toolu_3","tool_input":{"command":"touch x"}},{"tool_name":"Edit","tool_use_id":"toolu_4"},"odd",{"tool_name":5}]}""").Single();

        Assert.Equal("The tool Bash was refused: touch needs approval.", notice.Message.Text);
        Assert.Equal(["Bash toolu_3", "Edit toolu_4", " "], _parser.Findings.Usage.ToProto()!.PermissionDenials.Select(d => $"{d.ToolName} {d.ToolCallId}"));
    }

    [Fact]
    public void Usage_OfAnswers_IsSummedByTheirIds()
    {
        Parse(
            """{"type":"assistant","message":{"id":"msg_1","content":[{"type":"thinking","thinking":"hm"}],"usage":{"input_tokens":1000,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":1}}}""",
            """{"type":"assistant","message":{"id":"msg_1","content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}],"usage":{"input_tokens":1000,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":7}}}""",
            """{"type":"assistant","message":{"id":"msg_2","content":[{"type":"text","text":"x"}],"usage":{"input_tokens":10,"output_tokens":5,"output_tokens_details":{"thinking_tokens":2}}}}""");

        Proto.Usage usage = _parser.Findings.Usage.ToProto()!;
        Assert.Equal((1010, 12, 3000, 200, 2), (usage.InputTokens, usage.OutputTokens, usage.CacheReadTokens, usage.CacheWriteTokens, usage.ReasoningTokens));
        Assert.Equal((2, 1, 0, 0), (usage.ModelCalls, usage.ToolCalls, usage.Turns, usage.CostMicros));
        Assert.Equal(Proto.CostSource.Unspecified, usage.CostSource);
        Assert.Null(_parser.Findings.Usage.Conversation);
    }

    [Fact]
    public void Usage_OfAResultThatSaysWhatIsNew_IsThat()
    {
        Parse(
            """{"type":"assistant","message":{"id":"msg_1","content":[],"usage":{"input_tokens":1000,"output_tokens":1}}}""",
            """{"type":"result","is_error":false,"result":"r","num_turns":5,"total_cost_usd":0.033,"usage":{"input_tokens":4000,"output_tokens":200},"modelUsage":{"m":{"inputTokens":5000,"outputTokens":250,"costUSD":0.033}},"model_usage_since_last_result":{"m":{"inputTokens":4500,"outputTokens":240,"costUSD":0.03}}}""");

        Proto.Usage usage = _parser.Findings.Usage.ToProto()!;
        Assert.Equal((4500, 240, 30_000, 5), (usage.InputTokens, usage.OutputTokens, usage.CostMicros, usage.Turns));
        Assert.Equal(Proto.CostSource.Reported, usage.CostSource);
        Assert.Equal((5000, 33_000), (_parser.Findings.Usage.Conversation!.InputTokens, _parser.Findings.Usage.Conversation!.CostMicros));
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("1e300")]
    [InlineData("99999999999999999999999999")]
    [InlineData("\"12\"")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{}")]
    public void Usage_NumbersThatCannotBe_CountAsNone(string odd)
    {
        Assert.Empty(Parse("""
            {"type":"result","is_error":false,"result":"r","num_turns":ODD,"total_cost_usd":ODD,"usage":{"input_tokens":ODD,"output_tokens":3},"modelUsage":ODD,"permission_denials":ODD}
            """.Trim().Replace("ODD", odd)));
        Assert.Empty(Parse("""{"type":"assistant","message":{"id":7,"content":[],"usage":ODD}}""".Replace("ODD", odd)));

        Proto.Usage usage = _parser.Findings.Usage.ToProto()!;
        Assert.Equal((0, 3, 0, 0), (usage.InputTokens, usage.OutputTokens, usage.CostMicros, usage.Turns));
        Assert.Equal("r", _parser.Findings.ResultText);
    }

    [Fact]
    public void Names_OfTheAgent_AreBounded()
    {
        string huge = new('x', 5000);
        List<Proto.SessionEvent> events = Parse(
            """{"type":"system","subtype":"init","session_id":"HUGE"}""".Replace("HUGE", huge),
            """{"type":"assistant","message":{"content":[{"type":"tool_use","id":"HUGE","name":"HUGE"}]}}""".Replace("HUGE", huge),
            """{"type":"system","subtype":"permission_denied","tool_name":"HUGE","tool_use_id":"HUGE","message":"HUGE"}""".Replace("HUGE", huge));

        Assert.Equal("", _parser.Findings.ExecutorSessionId);
        Assert.True(events[0].ToolCall.ToolCallId.Length <= 256 && events[0].ToolCall.ToolName.Length <= 256);
        Assert.True(events[1].Message.Text.Length <= 3000);
        Assert.True(_parser.Findings.Usage.ToProto()!.PermissionDenials.Single().ToolName.Length <= 256);
    }

    [Fact]
    public void Result_AndWhatComesAfterIt_SayWhetherTheAgentWorks()
    {
        const string Result = """{"type":"result","is_error":false,"result":"r"}""";
        List<int> numbers = [];
        foreach (string line in (string[])[
            Result, """{"type":"system","subtype":"status"}""", """{"type":"system","subtype":"init","session_id":"s"}""", Result,
            """{"type":"stream_event","event":{}}""", Result])
        {
            Parse(line);
            numbers.Add(_parser.Findings.ResultNumber);
        }

        Assert.Equal([1, 1, 0, 2, 0, 3], numbers);
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
