using Coordinator.Testing.Processes;

namespace Coordinator.Bench.Bare;

/// <summary>This program again as a process of its own, in one of the parts that Coordinator is compared with.</summary>
internal sealed class BareProgram : ProgramProcess
{
    /// <summary>The first argument, by which it knows that it is one.</summary>
    private const string Part = "part";

    private BareProgram(string directory, params string[] arguments)
        : base(Self(), [Part, .. arguments], directory, [])
    {
    }

    /// <summary>Whether the arguments are those of a part; it has then run to its end.</summary>
    public static async Task<bool> TryRunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case [Part, "server", var kind, var directory]:
                await BareServer.RunAsync(kind, directory);
                return true;
            case [Part, "runner", var kind, var server]:
                await BareRunner.RunAsync(kind, new Uri(server));
                return true;
            default:
                return false;
        }
    }

    public static async Task<(BareProgram Program, Uri Address)> StartServerAsync(string kind, string directory)
    {
        BareProgram server = new(directory, "server", kind, directory);
        string line = await server.WaitForLineAsync(l => l.StartsWith("Address ", StringComparison.Ordinal), "its address");
        return (server, new Uri(line.Split(' ')[1]));
    }

    public static async Task<BareProgram> StartRunnerAsync(string kind, string directory, Uri server)
    {
        BareProgram runner = new(directory, "runner", kind, server.ToString());
        await runner.WaitForLineAsync(l => l == "Ready", "that it is ready");
        return runner;
    }

    protected override async Task EndAsync()
    {
        // A runner takes its agents with it.
        CloseInput();
        await Task.WhenAny(Exited, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System));
        await KillAsync();
    }

    private static BuiltProgram Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? new BuiltProgram(Environment.ProcessPath!, [typeof(BareProgram).Assembly.Location])
            : new BuiltProgram(Environment.ProcessPath!, []);
}
