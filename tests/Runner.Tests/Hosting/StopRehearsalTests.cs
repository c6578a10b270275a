using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Hosting;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Tests.Containment;
using Coordinator.AgentRunner.Tests.Execution;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Tests.Hosting;

[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class StopRehearsalTests : IDisposable
{
    private readonly TestFiles _files = new();
    private readonly Messages _log = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Linux.Data), MemberType = typeof(Linux))]
    public async Task Rehearsal_SucceedsAndLeavesNothingBehind(string kind)
    {
        CountingContainment containment = new(await Machine.ContainmentAsync(kind));

        await NewRehearsal(containment, TimeProvider.System, TimeSpan.FromMinutes(1)).RunAsync().WithTimeout();

        Assert.StartsWith("The rehearsal of a stop took ", Assert.Single(_log.Lines), StringComparison.Ordinal);
        IRunContainer container = Assert.Single(containment.Started);
        Assert.True(container.Census().IsEmpty);
        Assert.Equal("SIGTERM", (await container.Exited).Signal);
        Assert.Empty(Machine.Find(TestRun.CookieOf($"rehearsal-{Environment.ProcessId}")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_files.Root));
        Assert.False(Directory.Exists(container.Trace.CgroupDirectory));
    }

    [Fact]
    public async Task Rehearsal_NothingCanBeStarted_SaysSoAndGoesOn()
    {
        FakeContainment containment = new(new ManualTime()) { Failure = new AgentStartException("no room") };

        await NewRehearsal(containment, new ManualTime()).RunAsync().WithTimeout();

        Assert.Equal("The first stop may take longer than later ones, its rehearsal failed: no room", Assert.Single(_log.Lines));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_files.Root));
    }

    [Fact]
    public async Task Rehearsal_StartHangs_IsNotWaitedForAndCleansUpLater()
    {
        ManualTime time = new();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FakeContainment containment = new(time) { Gate = gate.Task };
        Task rehearsal = NewRehearsal(containment, time).RunAsync();
        await containment.Started.WithTimeout();
        Assert.False(rehearsal.IsCompleted);

        time.Advance(StopRehearsal.DefaultBound);

        await rehearsal.WithTimeout();
        Assert.EndsWith("it took longer than 2 s", Assert.Single(_log.Lines), StringComparison.Ordinal);
        containment.Failure = new AgentStartException("too late");
        gate.SetResult();
        await Eventually.True(() => !Directory.EnumerateFileSystemEntries(_files.Root).Any());
    }

    private StopRehearsal NewRehearsal(IContainment containment, TimeProvider time, TimeSpan? bound = null)
    {
        RunnerIdentity identity = new()
        {
            RunnerId = Machine.RunnerId,
            BootId = "boot",
            Name = "",
            Hostname = "test",
            ProjectDirectory = "/",
            Tags = [],
            Capacity = 1,
            Version = "",
            Containment = containment.Kind,
        };
        return new StopRehearsal(containment, identity, _files.Root, time, _log) { Bound = bound ?? StopRehearsal.DefaultBound };
    }

    /// <summary>A containment whose containers can be looked at afterwards.</summary>
    private sealed class CountingContainment(IContainment inner) : IContainment
    {
        public string Kind => inner.Kind;

        public List<IRunContainer> Started { get; } = [];

        public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
        {
            IRunContainer container = await inner.StartAsync(launch, cancellationToken);
            Started.Add(container);
            return container;
        }

        public Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
            IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken) =>
            inner.EndSurvivorsAsync(left, onlyThese, cancellationToken);
    }

    private sealed class Messages : ILogger<StopRehearsal>
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lock)
                    return [.. _lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lock)
                _lines.Add(formatter(state, exception));
        }
    }
}
