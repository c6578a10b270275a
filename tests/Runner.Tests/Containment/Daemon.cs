using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.Testing;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>A process that belongs to nobody here and runs what it is asked to: each line of a pipe is a command.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Daemon : IAsyncDisposable
{
    private readonly TestFiles _files;
    private readonly int _process;

    private Daemon(TestFiles files, int process) => (_files, _process) = (files, process);

    /// <summary>Starts it as the child of whoever collects what this process orphans while it adopts nothing.</summary>
    public static async Task<Daemon> StartAsync()
    {
        TestFiles files = new();
        string pipe = files.At("pipe");
        string id = files.At("id");
        Machine.AdoptOrphans(false);
        try
        {
            string script = $"mkfifo {pipe}; (setsid sh -c 'echo $$ > {id}.new; mv {id}.new {id}; while read -r line; do sh -c \"exec $line\" & done <> {pipe}' > /dev/null 2>&1 &)";
            using Process starter = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]))!;
            await starter.WaitForExitAsync(TestContext.Current.CancellationToken);
            await TestRun.EventuallyAsync(() => File.Exists(id), "the daemon runs");
            return new Daemon(files, int.Parse(await File.ReadAllTextAsync(id, TestContext.Current.CancellationToken)));
        }
        finally
        {
            Machine.AdoptOrphans(true);
        }
    }

    /// <summary>Whether it is neither gone nor stopped.</summary>
    public bool IsGoingOn => ProcessStat.TryRead(_process) is { IsAlive: true, State: not 'T' and not 't' };

    /// <summary>What a shell does to have it run a command, with the shell's own variables filled in.</summary>
    public string Ask(string command) => $"echo \"{command}\" > {_files.At("pipe")}";

    public ValueTask DisposeAsync()
    {
        using Process daemon = Process.GetProcessById(_process);
        daemon.Kill();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }
}
