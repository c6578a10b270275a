namespace Coordinator.Storage;

/// <summary>Which operations go first; a batch takes nothing in from a lower lane than that of any of its operations.</summary>
internal enum LedgerLane
{
    /// <summary>Whatever can wait for a moment.</summary>
    Ordinary,

    /// <summary>Parts of a stop of many.</summary>
    Bulk,

    /// <summary>A stop that a caller waits for.</summary>
    Urgent,
}
