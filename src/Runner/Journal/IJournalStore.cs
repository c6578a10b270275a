namespace Coordinator.AgentRunner.Journal;

/// <summary>
/// Where a journal lies: one sequence of bytes that is read once, appended to, and now and then replaced as a whole. A
/// seam, so that a test can tear writes and fill the disk. <see cref="Prepare"/> may run at the same time as
/// <see cref="Append"/>; nothing else does. Every member but <see cref="Read"/> throws <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/> when it fails, and what was there before is then still there.
/// </summary>
internal interface IJournalStore
{
    /// <summary>Everything that is there; null if there is nothing. Called once, before anything else.</summary>
    byte[]? Read();

    /// <summary>
    /// Adds bytes. They outlive this process when it returns, but perhaps not the machine: it waits for no disk.
    /// </summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the content of a replacement aside and waits until the disk has it.</summary>
    void Prepare(ReadOnlySpan<byte> content);

    /// <summary>
    /// Adds to the replacement what was appended while it was prepared, and puts it in place at one stroke.
    /// </summary>
    void Commit(ReadOnlySpan<byte> appendedMeanwhile);
}
