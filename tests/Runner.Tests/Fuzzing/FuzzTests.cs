using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Coordinator.Contracts.Text;
using Coordinator.Testing.Fuzzing;

namespace Coordinator.AgentRunner.Tests.Fuzzing;

/// <summary>Whatever an agent writes and whatever is on the disk: nothing throws, nothing grows without bound.</summary>
public sealed partial class FuzzTests
{
    private const int Rounds = 3_000;

    private static readonly string[] Transcript =
    [
        """{"type":"system","subtype":"init","cwd":"/work","session_id":"0b5c","tools":["Bash"]}""",
        """{"type":"assistant","message":{"id":"msg_1","role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"I will look."}]},"session_id":"0b5c"}""",
        """{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls \"a b\""}}]},"session_id":"0b5c"}""",
        """{"type":"user","message":{"content":[{"tool_use_id":"t1","type":"tool_result","content":[{"type":"text","text":"one"},{"type":"image","source":{}}],"is_error":true}]}}""",
        """{"type":"result","subtype":"success","is_error":false,"result":"All is well.","session_id":"0b5c","total_cost_usd":0.01}""",
    ];

    [Fact]
    public void StreamJson_DamagedInAnyWay_IsReadOrShownAsItIs()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        MessageFuzzer fuzzer = new(random);
        for (int round = 0; round < FuzzRounds.Of(Rounds); round++)
        {
            ClaudeStreamParser parser = new();
            foreach (string line in Transcript)
            {
                byte[] damaged = fuzzer.Damage(Encoding.UTF8.GetBytes(line));
                List<Proto.SessionEvent> events = [];
                Exception? problem = Record.Exception(() => parser.Parse(damaged, truncatedBytes: random.Next(2), events));
                Assert.True(problem is null, $"Seed {seed}: {Convert.ToHexString(damaged)} led to {problem}");
                Assert.InRange(events.Sum(one => one.CalculateSize()), 0, 1000 + (8 * damaged.Length));
            }
        }
    }

    /// <summary>Each text of each line in turn, as long as anybody could make it; more than a line may have is cut off before.</summary>
    [Theory]
    [InlineData('x', 1_000)]
    [InlineData('x', 1_000_000)]
    [InlineData('x', 16_000_000)]
    [InlineData('é', 3_000_000)]
    [InlineData('\u0001', 500_000)]
    public void StreamJson_TextsOfAnySize_AreBoundedEach(char c, int length)
    {
        string text = JsonEncodedText.Encode(new string(c, length)).ToString();
        foreach (string line in Transcript)
        {
            foreach (Match value in TextValue().Matches(line))
            {
                ClaudeStreamParser parser = new();
                byte[] whole = Encoding.UTF8.GetBytes($"{line[..value.Groups[1].Index]}{text}{line[(value.Groups[1].Index + value.Groups[1].Length)..]}");
                byte[] read = whole[..Math.Min(whole.Length, parser.MaxLineBytes)];
                List<Proto.SessionEvent> events = [];

                parser.Parse(read, whole.Length - read.Length, events);

                Assert.InRange(events.Sum(one => one.CalculateSize()), 0, 1024 * 1024);
                Assert.All(events, one => Assert.InRange(Encoding.UTF8.GetByteCount(one.ToolCall?.ToolName ?? ""), 0, AgentTextLimits.NameBytes));
                Assert.All(events, one => Assert.InRange(Encoding.UTF8.GetByteCount(one.ToolCall?.ToolCallId ?? one.ToolResult?.ToolCallId ?? ""), 0, AgentTextLimits.IdBytes));
                Assert.True(parser.Findings.ExecutorSessionId.Length == 0 || ExecutorSessionIds.IsValid(parser.Findings.ExecutorSessionId));
            }
        }
    }

    [GeneratedRegex("\"[a-z_]+\":\"([^\"\\\\]*)\"")]
    private static partial Regex TextValue();

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("{\"type\":\"assistant\",\"message\":{\"content\":[")]
    [InlineData("\0")]
    [InlineData("😀")]
    [InlineData("\"")]
    public void StreamJson_DeepOrLongBeyondReason_IsBounded(string part)
    {
        ClaudeStreamParser parser = new();
        byte[] line = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, 200_000)));
        List<Proto.SessionEvent> events = [];

        parser.Parse(line.AsSpan(0, Math.Min(line.Length, parser.MaxLineBytes)), Math.Max(0, line.Length - parser.MaxLineBytes), events);

        Assert.InRange(events.Sum(one => one.CalculateSize()), 0, 8 * parser.MaxLineBytes);
    }

    [Fact]
    public void Journal_DamagedInAnyWay_GivesWhatIsBeforeTheDamage()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        MessageFuzzer fuzzer = new(random);
        JournalRecord[] records =
        [
            new JournalRecord.Opened("journal", "boot"),
            .. Enumerable.Range(1, 20).Select(i => (JournalRecord)new JournalRecord.Claimed(new RunKey($"run_{i}", i))),
        ];
        byte[] journal = [.. records.SelectMany(JournalFormat.Write)];
        for (int round = 0; round < FuzzRounds.Of(Rounds); round++)
        {
            byte[] damaged = fuzzer.Damage(journal);
            JournalContent content = JournalFormat.Read(damaged);
            int same = damaged.AsSpan().CommonPrefixLength(journal);
            int intact = records.Select(record => JournalFormat.Write(record).Length)
                .Aggregate((Count: 0, End: 0), (sum, length) => sum.End + length <= same ? (sum.Count + 1, sum.End + length) : (sum.Count, int.MaxValue / 2))
                .Count;
            Assert.True(content.Records.Count >= intact, $"Seed {seed}, round {round}: {intact} records are whole, {content.Records.Count} were read.");
            Assert.Equal(records.Take(intact), content.Records.Take(intact));
        }
    }
}
