using Coordinator.Client.Events;
using Coordinator.Testing.Samples;

namespace Coordinator.Client.Tests.Events;

public sealed class EventGistTests
{
    [Fact]
    public void Of_EachEvent_IsOneLine()
    {
        Assert.Equal("run started on rnr_1 as process 42", EventGist.Of(SampleEvents.Started(1)));
        Assert.Equal("assistant: I shall read it.", EventGist.Of(SampleEvents.Message(1, "\n  I shall read it.\nThen fix it.")));
        Assert.Equal("prompt: Fix it", EventGist.Of(SampleEvents.Message(1, "Fix it", Proto.MessageRole.User)));
        Assert.Equal("→ Bash npm test", EventGist.Of(SampleEvents.Call(1, "c", "Bash", """{"description":"Run tests","command":"npm test"}""")));
        Assert.Equal("← error: no such file", EventGist.Of(SampleEvents.Result(1, "c", "no such file\n", isError: true)));
        Assert.Equal("run stopped in 840 ms (SIGTERM)", EventGist.Of(SampleEvents.Stopped(1)));
        Assert.Equal("run failed: Lost.", EventGist.Of(SampleEvents.At(1, new() { RunFailed = new() { Failure = new() { Reason = "RUNNER_LOST", Message = "Lost." } } })));
        Assert.StartsWith("1,204 lines were skipped", EventGist.Of(SampleEvents.At(1, new() { Output = new() { SkippedLines = 1_204 } })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"file_path":"/a/b.cs","old_string":"x"}""", "/a/b.cs")]
    [InlineData("""{"todos":[{"a":1}]}""", """[{"a":1}]""")]
    [InlineData("{}", "")]
    [InlineData("", "")]
    [InlineData("not json", "not json")]
    [InlineData("[1,2]", "[1,2]")]
    [InlineData("{\"command\":\"cat <<EOF\\nx\"}", "cat <<EOF")]
    [InlineData("{\"command\":\"rm \\u202Ex\"}", "rm ⟨U+202E⟩x")]
    [InlineData("{\"content\":\"very lo\n[900 bytes cut here]", "{\"content\":\"very lo")]
    public void Gist_Input_IsWhatTellsMost(string json, string gist) => Assert.Equal(gist, ToolInput.Gist(json));

    [Fact]
    public void Arguments_Object_AreItsMembers() => Assert.Equal(
        [new("path", "a\nb"), new("limit", "10"), new("nested", """{"x": [1, 2]}""")],
        ToolInput.Arguments("""{"path":"a\nb","limit":10,"nested":{"x": [1, 2]}}"""));
}
