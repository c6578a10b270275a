using Microsoft.Win32.SafeHandles;

namespace Coordinator.AgentRunner.Journal;

/// <summary>A journal in a file, with its replacement beside it while that is written.</summary>
internal sealed class FileJournalStore(string path) : IJournalStore, IDisposable
{
    private const FileShare Anybody = FileShare.ReadWrite | FileShare.Delete;

    private readonly string _aside = path + ".new";
    private SafeFileHandle? _file;
    private SafeFileHandle? _replacement;
    private long _length;
    private long _replacementLength;

    public byte[]? Read()
    {
        if (!File.Exists(path))
            return null;
        byte[] content = File.ReadAllBytes(path);
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, Anybody);
        _length = content.Length;
        return content;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_file is null)
            throw new IOException($"{path} could not be opened.");

        // At a place of its own choosing: what a write left that failed in the middle is written over by the next one.
        RandomAccess.Write(_file, bytes, _length);
        _length += bytes.Length;
    }

    public void Prepare(ReadOnlySpan<byte> content)
    {
        _replacement?.Dispose();
        _replacement = null;
        _replacement = File.OpenHandle(_aside, FileMode.Create, FileAccess.Write, Anybody);
        RandomAccess.Write(_replacement, content, 0);
        RandomAccess.FlushToDisk(_replacement);
        _replacementLength = content.Length;
    }

    public void Commit(ReadOnlySpan<byte> appendedMeanwhile)
    {
        SafeFileHandle replacement = _replacement ?? throw new IOException("No replacement was prepared.");
        RandomAccess.Write(replacement, appendedMeanwhile, _replacementLength);
        File.Move(_aside, path, overwrite: true);
        _file?.Dispose();
        (_file, _length) = (replacement, _replacementLength + appendedMeanwhile.Length);
        _replacement = null;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _replacement?.Dispose();
    }
}
