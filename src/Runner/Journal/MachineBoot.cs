namespace Coordinator.AgentRunner.Journal;

/// <summary>Tells one start of the machine from the next.</summary>
internal static class MachineBoot
{
    private const string Id = "/proc/sys/kernel/random/boot_id";

    /// <summary>
    /// Empty where the system does not say: then nothing vouches for a journal over restarts of the runner.
    /// </summary>
    public static string Read()
    {
        try
        {
            return File.Exists(Id) ? File.ReadAllText(Id).Trim() : "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
