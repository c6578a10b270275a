namespace Coordinator.FunctionalTests.Support;

/// <summary>
/// A number of seconds that nothing else on the machine sleeps for: by it a process is found that cleared its environment
/// and left its family.
/// </summary>
internal static class Mark
{
    private static int _last;

    public static string Next() => $"{3_000_000_000 + (Environment.ProcessId * 1_000L) + Interlocked.Increment(ref _last)}";
}
