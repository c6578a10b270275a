namespace Coordinator.Storage;

/// <summary>Space on the disk of the database that can be given up.</summary>
internal interface ISpareSpace
{
    /// <summary>In bytes.</summary>
    long Size { get; }

    /// <summary>Makes sure that it is taken; false if there is not so much.</summary>
    bool TryHold();

    /// <summary>Gives it up.</summary>
    /// <exception cref="IOException">That cannot be done.</exception>
    /// <exception cref="UnauthorizedAccessException">That cannot be done.</exception>
    void Release();
}
