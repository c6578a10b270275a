namespace Coordinator.Identity;

/// <summary>What a caller must be to ask for something. Every use case that changes nothing asks here; changes name their caller in the audit log.</summary>
internal static class Guard
{
    /// <exception cref="InvalidOperationException">The caller has no principal: a mistake of the coordinator, whose edges make callers.</exception>
    public static void Reads(Caller caller)
    {
        if (caller.Principal.Length == 0)
            throw new InvalidOperationException("A use case was called without a principal.");
    }
}
