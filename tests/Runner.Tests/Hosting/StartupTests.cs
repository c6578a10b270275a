using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Hosting;
using Coordinator.AgentRunner.Link;

namespace Coordinator.AgentRunner.Tests.Hosting;

public sealed class StartupTests : IDisposable
{
    private readonly Testing.TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Options_Defaults_AreFine() => Assert.Empty(Errors(new RunnerOptions()));

    [Fact]
    public void Options_Mistakes_AreAllListed()
    {
        IReadOnlyList<string> errors = Errors(new RunnerOptions
        {
            Coordinator = "127.0.0.1:8766",
            Name = " ",
            Capacity = 0,
            DataDirectory = "",
            Containment = "jail",
            Tags = [""],
            ShutdownGrace = TimeSpan.FromSeconds(-1),
            SweepGrace = TimeSpan.FromHours(2),
            LingerTimeout = TimeSpan.FromMilliseconds(999),
            DrainTimeout = TimeSpan.FromSeconds(-1),
            MaxSpillBytes = -1,
            KeepRuns = -1,
            MaxLogBytes = -1,
            KeepRunsFor = TimeSpan.FromSeconds(-1),
        });

        Assert.Equal(14, errors.Count);
        Assert.All(errors, error => Assert.EndsWith(".", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8766", true)]
    [InlineData("https://coordinator.example", true)]
    [InlineData("ftp://coordinator.example", false)]
    [InlineData("/socket", false)]
    public void Options_CoordinatorAddress(string address, bool isFine) =>
        Assert.Equal(isFine, Errors(new RunnerOptions { Coordinator = address }).Count == 0);

    [Fact]
    public void DataDirectory_AnotherRunnerHasIt_SaysSo()
    {
        string path = _files.At("data");
        using DataDirectory first = DataDirectory.Open(path);

        StartupException failure = Assert.Throws<StartupException>(() => DataDirectory.Open(path));

        Assert.Equal(StartupException.CannotRun, failure.ExitCode);
        Assert.StartsWith(
            $"Another runner uses the data directory {path}.", failure.Messages.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void DataDirectory_GivenBack_CanBeTakenAgain()
    {
        DataDirectory.Open(_files.At("data")).Dispose();
        DataDirectory.Open(_files.At("data")).Dispose();
    }

    [Fact]
    public void DataDirectory_IsAFile_SaysSo()
    {
        string path = _files.Write("file", "x");

        Assert.Contains(
            "cannot be written to",
            Assert.Throws<StartupException>(() => DataDirectory.Open(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void RunnerId_IsStableAndItsOwn()
    {
        string id = RunnerIdentifier.Derive("host", "/work", "name");

        Assert.Matches("^rnr_[0-9a-hjkmnp-tv-z]{26}$", id);
        Assert.Equal(id, RunnerIdentifier.Derive("host", "/work", "name"));
        Assert.Equal(
            4,
            new[]
                {
                    id,
                    RunnerIdentifier.Derive("host2", "/work", "name"),
                    RunnerIdentifier.Derive("host", "/work2", "name"),
                    RunnerIdentifier.Derive("host", "/workn", "ame"),
                }
                .Distinct().Count());
    }

    private static IReadOnlyList<string> Errors(RunnerOptions options) =>
        RunnerOptionsCheck.Errors(options, new ExecutorCatalog(options.Executors));
}
