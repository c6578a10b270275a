namespace Coordinator.Contracts.Text;

/// <summary>
/// How much of what an agent prints is taken in. The runner cuts it; the coordinator, which need not believe the runner, cuts it once
/// more.
/// </summary>
public static class AgentTextLimits
{
    /// <summary>Of a line, a message, the input of a tool or its result, in bytes of UTF-8.</summary>
    public const int TextBytes = 64 * 1024;

    /// <summary>Of the name of a tool, in bytes of UTF-8.</summary>
    public const int NameBytes = 256;

    /// <summary>Of the id of a call of a tool, in bytes of UTF-8.</summary>
    public const int IdBytes = 128;
}
