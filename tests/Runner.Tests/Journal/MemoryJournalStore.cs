using Coordinator.AgentRunner.Journal;

namespace Coordinator.AgentRunner.Tests.Journal;

/// <summary>A journal in memory, on a disk that can be filled and that tears what it has no room for.</summary>
internal sealed class MemoryJournalStore : IJournalStore
{
    private readonly List<byte> _content = [];
    private byte[]? _replacement;

    /// <summary>What a reader of the file would find; null for no file.</summary>
    public byte[]? Content
    {
        get => Exists ? [.. _content] : null;
        set
        {
            _content.Clear();
            _content.AddRange(value ?? []);
            Exists = value is not null;
        }
    }

    public bool Exists { get; private set; }

    /// <summary>How many more bytes find room.</summary>
    public long Room { get; set; } = long.MaxValue;

    public int Replacements { get; private set; }

    /// <summary>Called while a replacement is being written, as others would do something meanwhile.</summary>
    public Action Meanwhile { get; set; } = () => { };

    public byte[]? Read() => Content;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        int fitting = Fit(bytes.Length);
        _content.AddRange(bytes[..fitting]);
        if (fitting < bytes.Length)
            throw new IOException("No space left on device");
    }

    public void Prepare(ReadOnlySpan<byte> content)
    {
        if (Fit(content.Length) < content.Length)
            throw new IOException("No space left on device");
        _replacement = content.ToArray();
        Meanwhile();
    }

    public void Commit(ReadOnlySpan<byte> appendedMeanwhile)
    {
        Content = [.. _replacement!, .. appendedMeanwhile];
        Replacements++;
    }

    private int Fit(int length)
    {
        int fitting = (int)Math.Min(length, Room);
        Room = Room == long.MaxValue ? Room : Room - fitting;
        return fitting;
    }
}
