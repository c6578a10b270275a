using Coordinator.Hosting;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Configuration;

namespace Coordinator.Tests.Hosting;

public sealed class SettingsBindingTests
{
    [Fact]
    public async Task WrongSettings_AreReportedAllAtOnce()
    {
        using TestFiles files = new();

        StartFailure failure = await TestHost.FailsAsync(files, configure: null,
            "--Coordinator:HeartbeatInterval=00:00:00.05",
            "--Coordinator:RunnerLostAfter=soon",
            "--Coordinator:MaxWatchers=0",
            "--Coordinator:MaxPendingRuns=many",
            "--Coordinator:MaxWatcher=5").WithTimeout();

        Assert.Equal(StartException.Configuration, failure.ExitCode);
        Assert.Equal(
        [
            "Coordinator:HeartbeatInterval is 00:00:00.05; it must be from 00:00:00.1000000 to 00:05:00.",
            "Coordinator:MaxPendingRuns is 'many', which is not a whole number.",
            "Coordinator:MaxWatcher is no setting. There are: DataDirectory, HeartbeatInterval, RunnerLostAfter, DefaultGracePeriod, "
                + "DefaultQueueTimeout, MaxPendingRuns, WatchHeartbeatInterval, MaxWatchers, MaxRunEventBytes.",
            "Coordinator:MaxWatchers is 0; it must be from 1 to 100000.",
            "Coordinator:RunnerLostAfter is 'soon', which is not a time such as 00:05:00 (hours:minutes:seconds).",
        ], failure.Sentences.Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(TestHost.DataDirectory(files)));
    }

    [Fact]
    public void Defaults_AreWithinTheirRanges()
    {
        foreach (Type feature in SettingsBinding.Features)
        {
            object defaults = Activator.CreateInstance(feature)!, read = Activator.CreateInstance(feature)!;
            Dictionary<string, string?> settings = feature.GetProperties()
                .ToDictionary(p => $"{SettingsBinding.Section}:{p.Name}", p => p.GetValue(defaults)?.ToString());
            IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

            SettingsBinding.Check(configuration);
            SettingsBinding.Apply(configuration, read);

            Assert.Equivalent(defaults, read);
        }
    }
}
