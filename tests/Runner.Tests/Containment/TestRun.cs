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
        var containment = await Machine.ContainmentAsync(kind);
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
        await EventuallyAsync(
            () =>
            {
                Container.Kill();
                return Container.Census().IsEmpty;
            },
            () => $"empty: {Container.Census().Detail}");
        AssertNothingLeft();
        await ExitAsync();
        await DrainedAsync();
    }

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
