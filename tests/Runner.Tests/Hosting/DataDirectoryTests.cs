using System.Runtime.Versioning;
using Coordinator.AgentRunner.Hosting;
using Coordinator.Testing;

namespace Coordinator.AgentRunner.Tests.Hosting;

public sealed class DataDirectoryTests
{
    [Theory]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.OtherExecute)]
    [InlineData(UnixFileMode.GroupExecute)]
    [UnsupportedOSPlatform("windows")]
    public void Open_DirectoryThatOthersMayEnter_IsRefusedWithWhatToDo(UnixFileMode others)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        using TestFiles files = new();
        string path = files.CreateDirectory("data");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | others);

        StartupException refusal = Assert.Throws<StartupException>(() => DataDirectory.Open(path));

        Assert.Equal(StartupException.CannotRun, refusal.ExitCode);
        Assert.Contains($"`chmod 700 {path}`", Assert.Single(refusal.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DirectoryThatIsNotThere_IsMadeForTheOwnerAlone()
    {
        using TestFiles files = new();

        using DataDirectory directory = DataDirectory.Open(files.At("data"));

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.Path));
    }
}
