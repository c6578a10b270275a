using Coordinator.Client.Sessions;

namespace Coordinator.Client.Tests.Sessions;

public sealed class SessionNamesTests
{
    private const string Id = "ses_01m82rm9dv94zc0ngw15m8f7jr";

    [Theory]
    [InlineData("Fix it", "Fix it")]
    [InlineData("", "ses_…m8f7jr")]
    [InlineData("a\u202Eb", "a⟨U+202E⟩b")]
    public void NameOf_Session_IsItsHarmlessNameOrTheEndsOfItsId(string name, string shown) =>
        Assert.Equal(shown, SessionNames.NameOf(new() { SessionId = Id, SessionName = name }));

    [Fact]
    public void ShortId_ShortId_IsWhole() => Assert.Equal("ses_00000001", SessionNames.ShortId("ses_00000001"));

    [Theory]
    [InlineData("runner-04", "runner-04")]
    [InlineData("", "its runner")]
    public void RunnerOf_Session_IsItsHostOrAWordForIt(string host, string shown) =>
        Assert.Equal(shown, SessionNames.RunnerOf(new() { Hostname = host }));
}
