using System.Runtime.InteropServices;

namespace Coordinator.Bench.Bare;

/// <summary>Processes in groups of their own, by the two calls that it takes at least.</summary>
internal sealed partial class BareAgents : IDisposable
{
    private const int Kill = 9;
    private const int Terminate = 15;
    private const short SetProcessGroup = 2;

    /// <summary>More than the C library's structure takes anywhere.</summary>
    private const int AttributesSize = 1_024;

    private readonly Dictionary<string, int> _processes = [];

    public void Do(Order order)
    {
        if (order.Command.Length > 0)
        {
            _processes[order.Id] = Spawn(order.Command);
        }
        else if (_processes.Remove(order.Id, out int process))
        {
            Check(SendSignal(process, Terminate));
            Task.Run(() => Collect(process));
        }
    }

    public void Dispose()
    {
        foreach (int process in _processes.Values)
            Collect(process);
    }

    /// <summary>Takes the dead process away, and with it what it left behind.</summary>
    private static void Collect(int process)
    {
        _ = SendSignal(process, Terminate);
        _ = WaitFor(process, nint.Zero, 0);
        _ = SendSignal(-process, Kill);
    }

    private static unsafe int Spawn(string command)
    {
        byte* attributes = stackalloc byte[AttributesSize];
        Check(InitializeAttributes(attributes));
        Check(SetFlags(attributes, SetProcessGroup));
        nint[] arguments = [.. new[] { "sh", "-c", command }.Select(Marshal.StringToCoTaskMemUTF8), nint.Zero];
        nint[] environment = [Marshal.StringToCoTaskMemUTF8($"PATH={Environment.GetEnvironmentVariable("PATH")}"), nint.Zero];
        try
        {
            Check(SpawnProcess(out int process, "/bin/sh", nint.Zero, attributes, arguments, environment));
            return process;
        }
        finally
        {
            foreach (nint text in arguments.Concat(environment))
                Marshal.FreeCoTaskMem(text);
        }
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new BenchException($"A call of the system failed with {result} (errno {Marshal.GetLastPInvokeError()}).");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int process, nint status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SpawnProcess(
        out int process, string file, nint actions, byte* attributes, nint[] arguments, nint[] environment);
}
