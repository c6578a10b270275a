using Coordinator.AgentRunner.Primitives;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Coordinator.AgentRunner.RunFiles;

/// <summary>
/// A bounded file for batches of events that find no room in memory, taken out in the order they were put in. The file
/// is a ring that is written over as it empties. It means nothing without this object, and ends with it: what is in it
/// when the runner dies is in the raw logs only. A disk that is full takes nothing and fails nothing. Not thread-safe.
/// </summary>
internal sealed partial class OutputSpill(string path, long maxBytes, ILogger logger) : IDisposable
{
    private readonly Queue<SpilledBatch> _batches = new();
    private SafeFileHandle? _file;
    private Proto.RunEvents? _oldest;
    private long _end;
    private bool _hasFailed;

    public bool IsEmpty => _batches.Count == 0;

    /// <returns>False if there is no room: the batch was not taken.</returns>
    public bool TryAdd(Proto.RunEvents events, LineCount lines)
    {
        int length = events.CalculateSize();
        if (PlaceFor(length) is not { } place)
            return false;
        try
        {
            _file ??= File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.Write(_file, events.ToByteArray(), place);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Tell(failure);
            return false;
        }

        _batches.Enqueue(new SpilledBatch(place, length, lines));
        _end = place + length;
        return true;
    }

    /// <summary>The oldest batch, which stays; null if it cannot be read, or if there is none.</summary>
    public Proto.RunEvents? Peek()
    {
        if (_oldest is not null || !_batches.TryPeek(out SpilledBatch batch))
            return _oldest;
        try
        {
            byte[] bytes = new byte[batch.Length];
            int read = RandomAccess.Read(_file!, bytes, batch.Offset);
            return _oldest = Proto.RunEvents.Parser.ParseFrom(bytes, 0, read);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            Tell(failure);
            return null;
        }
    }

    /// <summary>Removes the oldest batch and returns the lines that were in it.</summary>
    public LineCount Remove()
    {
        _oldest = null;
        return _batches.Dequeue().Lines;
    }

    public void Dispose()
    {
        if (_file is null)
            return;
        _file.Dispose();
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Tell(failure);
        }
    }

    /// <summary>Behind the newest batch, or before the oldest if there is no room behind; null if nowhere.</summary>
    private long? PlaceFor(int length)
    {
        if (!_batches.TryPeek(out SpilledBatch oldest))
            return length <= maxBytes ? 0 : null;
        if (_end <= oldest.Offset)
            return _end + length <= oldest.Offset ? _end : null;
        return _end + length <= maxBytes ? _end
            : length <= oldest.Offset ? 0
            : null;
    }

    private void Tell(Exception failure)
    {
        if (_hasFailed)
            return;
        _hasFailed = true;
        LogFailed(logger, path, failure.Message);
    }

    private readonly record struct SpilledBatch(long Offset, int Length, LineCount Lines);

    [LoggerMessage(52, LogLevel.Warning, "Output that waits for the coordinator cannot be kept in {Path}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
