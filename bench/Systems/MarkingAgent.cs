using System.Globalization;
using Coordinator.Testing;

namespace Coordinator.Bench.Systems;

/// <summary>
/// An agent that writes down when it ran its first command and when SIGTERM reached it, on the clock that all processes
/// of the machine share.
/// </summary>
internal sealed class MarkingAgent(TestFiles files)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(3);

    private readonly string _script = Script(files);

    /// <summary>For the shell.</summary>
    public string Command(string id) => $"exec {_script} {files.At(id)}";

    /// <summary>When it ran, in milliseconds since 1970.</summary>
    public Task<double> StartedAsync(string id) => ReadAsync(files.At($"{id}.started"));

    /// <summary>When SIGTERM arrived, in milliseconds since 1970.</summary>
    public Task<double> SignalledAsync(string id) => ReadAsync(files.At($"{id}.signalled"));

    /// <summary>Milliseconds since 1970.</summary>
    public static double Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;

    private static string Script(TestFiles files)
    {
        string script = files.WriteScript("agent.sh", "");

        // Of the shells only bash has a clock.
        File.WriteAllText(script, """
            #!/bin/bash
            LC_ALL=C
            trap 'echo $EPOCHREALTIME >"$1.signalled"; kill $!; exit 0' TERM
            echo $EPOCHREALTIME >"$1.started"
            sleep 3600 &
            wait

            """);
        return script;
    }

    private static async Task<double> ReadAsync(string file)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if (File.Exists(file) && await File.ReadAllTextAsync(file) is [.. var seconds, '\n'])
                return double.Parse(seconds, CultureInfo.InvariantCulture) * 1_000;
            await Task.Delay(Glance, TimeProvider.System);
        }

        throw new BenchException($"{Path.GetFileName(file)} was not written within {Patience.TotalSeconds:0} s: an order was lost.");
    }
}
