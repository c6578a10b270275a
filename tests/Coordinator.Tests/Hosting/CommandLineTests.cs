using Coordinator.Hosting;

namespace Coordinator.Tests.Hosting;

public sealed class CommandLineTests
{
    [Fact]
    public void Switches_StandAlone()
    {
        CommandLine parsed = CommandLine.Parse(
            ["--dev", "--insecure", "--Coordinator:MaxWatchers", "7", "--Coordinator:DataDirectory=/tmp/a b"]);

        Assert.True(parsed is { Dev: true, Insecure: true, Help: false });
        Assert.Equal(["--Coordinator:MaxWatchers=7", "--Coordinator:DataDirectory=/tmp/a b"], parsed.Settings);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("--")]
    [InlineData("-x")]
    [InlineData("--Coordinator:MaxWatchers")]
    [InlineData("--Coordinator:MaxWatchers", "--dev")]
    public void Argument_ThatIsNotUnderstood_IsRefused(params string[] args) =>
        Assert.Equal(StartException.Configuration, Assert.Throws<StartException>(() => CommandLine.Parse(args)).ExitCode);
}
