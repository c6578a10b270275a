namespace Coordinator.Storage;

/// <summary>
/// Space on the disk of the database that is kept free for stops: it is given up when the disk is full. From then on only stops, and
/// what runners report of them, may write, until there is so much space again. Used by the writer alone.
/// </summary>
internal sealed partial class StorageReserve(ISpareSpace space, TimeProvider time, ILogger<StorageReserve> logger)
{
    /// <summary>How often it is tried at most to set the space aside again.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private long _tried;

    /// <summary>Whether only stops, and what is reported of them, may write.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>Sets the space aside, when the coordinator starts. A disk that has none left is as full as one that was filled later.</summary>
    public void Fill()
    {
        if (space.TryHold())
            return;
        IsReleased = true;
        LogNone(space.Size >> 20);
    }

    /// <summary>Whether an operation may write now.</summary>
    public bool Admits(LedgerOperation operation)
    {
        if (!IsReleased || operation.UsesReserve)
            return true;
        if (time.GetElapsedTime(_tried) < Interval)
            return false;
        _tried = time.GetTimestamp();
        if (!space.TryHold())
            return false;
        IsReleased = false;
        LogRefilled();
        return true;
    }

    /// <summary>Gives the space to stops, as the disk is full. False if that was done before.</summary>
    public bool TryRelease()
    {
        if (IsReleased)
            return false;
        IsReleased = true;
        _tried = time.GetTimestamp();
        LogReleased();
        try
        {
            space.Release();
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            LogNotReleased(problem.Message);
            return false;
        }
    }

    [LoggerMessage(1006, LogLevel.Warning, "There is no room for the {Megabytes} MiB that are kept free for stops: free some space. Until then only stops are stored")]
    private partial void LogNone(long megabytes);

    [LoggerMessage(1007, LogLevel.Warning, "The disk is full. The space that was kept free is used for stops; nothing else is stored until there is room again")]
    private partial void LogReleased();

    [LoggerMessage(1008, LogLevel.Error, "The space that was kept free for stops could not be released: {Problem}")]
    private partial void LogNotReleased(string problem);

    [LoggerMessage(1009, LogLevel.Information, "There is room on the disk again, and space is kept free for stops")]
    private partial void LogRefilled();
}
