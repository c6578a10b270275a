using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.Testing.Waiting;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>One run of a shell script in a container.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TestRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = Timeouts.Default;
    private static int s_count;

    private TestRun(string runId, string marker, RecordingOutput output, IRunContainer container) =>
        (RunId, Marker, Output, Container) = (runId, marker, output, container);

    public string RunId { get; }

    /// <summary>In the command line of each <c>$NAP</c>.</summary>
    public string Marker { get; }

    public RecordingOutput Output { get; }

    public IRunContainer Container { get; }

    /// <param name="kind">The containment.</param>
    /// <param name="script">For the shell; <c>$NAP</c> in it stands for a long sleep that can be recognised.</param>
    /// <param name="launch">Changes to how it is launched.</param>
    public static async Task<TestRun> StartAsync(
        string kind, string script, Func<AgentLaunch, AgentLaunch>? launch = null)
    {
        return await StartAsync(await Machine.ContainmentAsync(kind), script, launch);
    }

    public static async Task<TestRun> StartAsync(
        IContainment containment, string script, Func<AgentLaunch, AgentLaunch>? launch = null)
    {
        var (runId, marker) = NewNames();
        var output = new RecordingOutput();
        var plain = Launch(runId, script.Replace("$NAP", $"sleep 3600 {marker}"), output);
        var container = await containment.StartAsync(
            launch?.Invoke(plain) ?? plain, TestContext.Current.CancellationToken);
        return new(runId, marker, output, container);
    }

    public static (string RunId, string Marker) NewNames()
    {
        var number = Interlocked.Increment(ref s_count);
        return ($"run_test_{Environment.ProcessId}_{number}", $"0.{Environment.ProcessId:D8}{number:D6}1");
    }

    public static string CookieOf(string runId) => $"COORDINATOR_RUN_ID={runId}\0";

    public static AgentLaunch Launch(string runId, string script, IAgentOutput output) => new()
    {
        RunId = runId,
        Program = "/bin/sh",
        Arguments = ["-c", script],
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" },
        WorkingDirectory = "/",
        StandardInputFile = null,
        Output = output,
    };

    public static Task EventuallyAsync(Func<bool> condition, string what) => EventuallyAsync(condition, () => what);

    public static async Task EventuallyAsync(Func<bool> condition, Func<string> what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Patience)
                Assert.Fail($"Not within {Patience.TotalSeconds} s: {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public Task OutputsAsync(string text) =>
        EventuallyAsync(() => Output.StandardOutput.Contains(text, StringComparison.Ordinal), $"output \"{text}\"");

    public Task<AgentExit> ExitAsync() => Container.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public Task DrainedAsync() => Container.OutputDrained.WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Kills until the container says that nothing is left, and asks the system whether that is so.</summary>
    public async Task KillAndProveAsync()
    {
        await KillUntilEmptyAsync();
        AssertNothingLeft();
        await ExitAsync();
        await DrainedAsync();
    }

    /// <summary>As the ladder of a stop does it.</summary>
    public async Task KillUntilEmptyAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            Container.Kill();
            ProcessCensus census = Container.Census();
            if (census.IsEmpty)
                census = await Container.ProveAsync();
            if (census.IsEmpty)
                return;
            if (watch.Elapsed > Patience)
                Assert.Fail($"Not within {Patience.TotalSeconds} s: empty; there are {census.Detail}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until so many of its processes are a <c>$NAP</c> by now.</summary>
    public Task SleepsAsync(int count) => EventuallyAsync(() => CountSleeping() == count, () => $"{count} sleep, but there are {CountSleeping()}");

    public int CountSleeping() => Machine.Find(Marker).Count(found => found.Contains(": sleep", StringComparison.Ordinal));

    public void AssertBroken() => Assert.True(Container.Broken.IsCompletedSuccessfully, "Nothing was observed.");

    public void AssertNotBroken() => Assert.Equal("", Container.Broken.IsCompleted ? Container.Broken.GetAwaiter().GetResult() : "");

    public void AssertNothingLeft()
    {
        Assert.Empty(Machine.Find(Marker));
        Assert.Empty(Machine.Find(CookieOf(RunId)));
    }

    public async ValueTask DisposeAsync()
    {
        Output.Open.Set();
        await Container.DisposeAsync();
        Assert.Empty(Machine.Find(Marker));
    }
}
