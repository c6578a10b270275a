using System.Runtime.Versioning;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Hosting;
using Coordinator.AgentRunner.Tests.Execution;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Executors;

/// <summary>Programs come and go in a real PATH while a virtual clock moves.</summary>
public sealed class ExecutorWatchTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly TestFiles _files = new();
    private readonly ManualTime _time = new();
    private int _changes;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Start_KnowsWhatIsThere_BeforeTheFirstConnection()
    {
        _files.WriteScript("bin/agent", "exit 0");
        (ExecutorWatch watch, ExecutorAvailability availability) = Watch(new ExecutorSettings { Command = "agent" });
        using (watch)
        {
            Assert.Equal(["claude-code: no", "mine: no"], Said(availability));

            await watch.StartAsync(CancellationToken.None).WithTimeout();

            Assert.Equal(["claude-code: no", "mine: yes"], Said(availability));
            MissingProgram missing = availability.Current[0].Missing!;
            Assert.Equal("The program \"claude\" of executor \"claude-code\" was not found in the runner's PATH.", missing.Reason);
        }
    }

    [Fact]
    public async Task Program_IsInstalledAndRemoved_IsNoticedWithinTheInterval()
    {
        (ExecutorWatch watch, ExecutorAvailability availability) = Watch(new ExecutorSettings { Command = "agent" });
        using (watch)
        {
            await watch.StartAsync(CancellationToken.None).WithTimeout();
            _changes = 0;

            string program = _files.WriteScript("bin/agent", "exit 0");
            _time.Advance(Interval - TimeSpan.FromTicks(1));
            Assert.Equal(["claude-code: no", "mine: no"], Said(availability));
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.Equal(["claude-code: no", "mine: yes"], Said(availability));
            Assert.Equal(1, _changes);

            _time.Advance(Interval);
            Assert.Equal(1, _changes);

            File.Delete(program);
            _time.Advance(Interval);
            Assert.Equal(["claude-code: no", "mine: no"], Said(availability));
            Assert.Equal(2, _changes);
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Program_LosesItsExecutableBit_IsNotOffered()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such bit.");
        string program = _files.WriteScript("bin/agent", "exit 0");
        (ExecutorWatch watch, ExecutorAvailability availability) = Watch(new ExecutorSettings { Command = program });
        using (watch)
        {
            await watch.StartAsync(CancellationToken.None).WithTimeout();
            Assert.Equal(["claude-code: no", "mine: yes"], Said(availability));

            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _time.Advance(Interval);

            Assert.Equal(
                $"The program {program} of executor \"mine\" does not exist on this machine or is not executable.",
                availability.Current[1].Missing!.Reason);
        }
    }

    /// <summary>As in a PATH with a directory of a server that does not answer.</summary>
    [Fact]
    public async Task Look_ThatHangs_HoldsUpNeitherTheStartNorTheEnd_AndIsNotJoinedByAnother()
    {
        using ManualResetEventSlim answers = new();
        int looks = 0;
        ExecutorState unknown = new("mine", new MissingProgram("Unknown.", "Wait.", ""));
        ExecutorAvailability availability = new([unknown], NullLogger<ExecutorAvailability>.Instance);
        using ExecutorWatch watch = new(
            () =>
            {
                Interlocked.Increment(ref looks);
                answers.Wait();
                return [new ExecutorState("mine", null)];
            },
            availability,
            Interval,
            _time);

        await _time.DriveAsync(watch.StartAsync(CancellationToken.None)).WithTimeout();
        Assert.Equal(ExecutorWatch.Patience, _time.Elapsed);
        _time.Advance(Interval * 3);
        await watch.StopAsync(CancellationToken.None).WithTimeout();

        await Eventually.Get(() => Volatile.Read(ref looks), count => count > 0);
        Assert.Equal(1, looks);
        Assert.Equal(["mine: no"], Said(availability));
        answers.Set();
        await Eventually.True(() => availability.Current[0].IsAvailable);
    }

    [Fact]
    public void Start_ThatFindsNoProgram_TakesTheExecutorBackAtOnce()
    {
        ExecutorState[] both = [new ExecutorState("a", null), new ExecutorState("b", null)];
        ExecutorAvailability availability = new(both, NullLogger<ExecutorAvailability>.Instance);
        availability.Changed += () => _changes++;
        ExecutorState gone = new("a", new MissingProgram("It is gone.", "Install it.", ""));

        availability.Set(gone);
        availability.Set(gone);

        Assert.Equal(["a: no", "b: yes"], Said(availability));
        Assert.Equal(1, _changes);
    }

    private (ExecutorWatch Watch, ExecutorAvailability Availability) Watch(ExecutorSettings mine)
    {
        AgentEnvironment environment = new(new Dictionary<string, string> { ["PATH"] = _files.CreateDirectory("bin") });
        ExecutorProbe probe = new(new ExecutorCatalog(new Dictionary<string, ExecutorSettings> { ["mine"] = mine }), environment);
        ExecutorAvailability availability = new(probe.Unknown, NullLogger<ExecutorAvailability>.Instance);
        availability.Changed += () => _changes++;
        return (new ExecutorWatch(probe.Look, availability, Interval, _time), availability);
    }

    private static IEnumerable<string> Said(ExecutorAvailability availability) =>
        availability.Current.Select(state => $"{state.Name}: {(state.IsAvailable ? "yes" : "no")}");
}
