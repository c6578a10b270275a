using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Hosting;
using Coordinator.AgentRunner.Tests.Containment;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Hosting;

[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class ContainmentSelectorTests
{
    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Select_ByName_GivesThatOne(string kind)
    {
        await Machine.ContainmentAsync(kind);
        using var selected = await SelectAsync(kind, Machine.RunnerId);
        Assert.Equal(kind, selected.Kind);
    }

    [Fact]
    public async Task Select_Automatic_PrefersCgroup()
    {
        await Machine.ContainmentAsync(ContainmentKind.Cgroup);
        using var selected = await SelectAsync(ContainmentKind.Automatic, Machine.RunnerId);
        Assert.Equal(ContainmentKind.Cgroup, selected.Kind);
    }

    /// <summary>The kernel makes no cgroup with such a name, as it makes none where the runner may not write.</summary>
    [Fact]
    public async Task Select_CgroupCannotBeMade_FallsBackAndSaysWhy()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "These containments exist on Linux only.");
        const string runnerId = "two\nlines";
        var logger = new Lines();

        Assert.Equal(
            ContainmentKind.Supervisor, (await SelectAsync(ContainmentKind.Automatic, runnerId, logger)).Kind);
        Assert.Contains(logger.Messages, m => m.StartsWith("Containment by cgroup is not used: ", StringComparison.Ordinal));
        Assert.Contains("Runs are contained by supervisor", logger.Messages);

        var failure = await Assert.ThrowsAsync<ContainmentUnavailableException>(
            () => SelectAsync(ContainmentKind.Cgroup, runnerId));
        Assert.StartsWith("The containment \"cgroup\" cannot be used: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job-object", "The containment \"job-object\" cannot be used: it does not exist on this operating system.")]
    [InlineData("jail", "There is no containment \"jail\"; choose one of auto, cgroup, supervisor, job-object, process-group.")]
    public async Task Select_NotAvailable_SaysSo(string choice, string message)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What is not available depends on the system.");
        var failure = await Assert.ThrowsAsync<ContainmentUnavailableException>(() => SelectAsync(choice, "rnr_x"));
        Assert.Equal(message, failure.Message);
    }

    private static Task<IContainment> SelectAsync(
        string choice, string runnerId, ILogger<ContainmentSelector>? logger = null) =>
        new ContainmentSelector(Machine.Program, TimeProvider.System, logger ?? NullLogger<ContainmentSelector>.Instance)
            .SelectAsync(new RunnerOptions { Containment = choice }, runnerId, TestContext.Current.CancellationToken);

    private sealed class Lines : ILogger<ContainmentSelector>
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add(formatter(state, exception));
    }
}
