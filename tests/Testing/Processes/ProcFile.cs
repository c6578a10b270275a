namespace Coordinator.Testing.Processes;

/// <summary>Reads /proc, where any process may end between two reads, and some belong to others.</summary>
internal static class ProcFile
{
    public static string? TryReadText(int processId, string name) =>
        Try(() => File.ReadAllText($"/proc/{processId}/{name}"));

    public static string? TryReadLink(int processId, string name) =>
        Try(() => new FileInfo($"/proc/{processId}/{name}").LinkTarget);

    private static string? Try(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
