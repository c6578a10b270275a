using System.Diagnostics;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>
/// A runner that can be killed: this test program itself, started again with a word that makes it start one run and
/// then wait for its end.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PlayedRunner : IDisposable
{
    private const string Word = "play-runner";
    private readonly Process _process;

    private PlayedRunner(Process process) => _process = process;

    public static async Task<PlayedRunner> StartAsync(string kind, string runnerId, string runId, string script)
    {
        var process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [Word, kind, runnerId, runId, script])
        { RedirectStandardOutput = true })!;
        var runner = new PlayedRunner(process);
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return runner;
    }

    /// <summary>Kills it as a crash or the system's lack of memory would.</summary>
    public async Task KillAsync()
    {
        Machine.AdoptOrphans(false);
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        Machine.AdoptOrphans(false);
        _process.Kill();
        _process.Dispose();
    }

    /// <summary>Plays the runner if the arguments ask for that.</summary>
    public static async Task<bool> TryPlayAsync(string[] arguments)
    {
        if (arguments is not [Word, var kind, var runnerId, var runId, var script])
        {
            return false;
        }

        await PlayAsync(kind, runnerId, runId, script);
        return true;
    }

    private static async Task PlayAsync(string kind, string runnerId, string runId, string script)
    {
        var containment = await Machine.CreateAsync(kind, runnerId);
        var output = new RecordingOutput();
        var container = await containment.StartAsync(TestRun.Launch(runId, script, output), CancellationToken.None);
        while (!output.StandardOutput.Contains("ready", StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        await Console.Out.WriteLineAsync("ready");
        await container.Exited;
    }
}
