using Coordinator.Contracts.Text;

namespace Coordinator.AgentRunner.Tests.Executors;

public sealed class ExecutorSessionIdsTests
{
    [Theory]
    [InlineData("0b5c")]
    [InlineData("4b9e1b2a-5d0f-4a53-8a52-2a6f9a8d6b3e")]
    [InlineData("thread:2026.11_a-b")]
    public void Id_OfARealAgent_IsOne(string id) => Assert.True(ExecutorSessionIds.IsValid(id));

    [Theory]
    [InlineData("")]
    [InlineData("--dangerously-skip-permissions")]
    [InlineData("-p")]
    [InlineData(".hidden")]
    [InlineData("two words")]
    [InlineData("line\n")]
    [InlineData("nul\0")]
    [InlineData("../../etc/passwd")]
    [InlineData("ümlaut")]
    public void Id_ThatIsSomethingElse_IsNone(string id) => Assert.False(ExecutorSessionIds.IsValid(id));

    [Fact]
    public void Id_LongerThanItMayBe_IsNone()
    {
        Assert.True(ExecutorSessionIds.IsValid(new string('a', ExecutorSessionIds.MaxLength)));
        Assert.False(ExecutorSessionIds.IsValid(new string('a', ExecutorSessionIds.MaxLength + 1)));
    }
}
