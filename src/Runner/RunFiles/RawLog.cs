using System.Text;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.RunFiles;

/// <summary>
/// A file with the bytes of one output stream, up to a limit. A disk that is full or gone ends the file, not the run.
/// </summary>
internal sealed partial class RawLog : IDisposable
{
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly FileStream? _file;
    private Utf8Tail _tail;
    private long _room;
    private bool _isClosed;

    public RawLog(string path, long maxBytes, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _room = maxBytes;
        try
        {
            const FileShare Anybody = FileShare.ReadWrite | FileShare.Delete;
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, Anybody, bufferSize: 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            GiveUp(failure);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_isClosed || _file is null)
            return;
        try
        {
            int fitting = (int)Math.Min(bytes.Length, _room);
            _file.Write(bytes[..fitting]);
            _tail.Append(bytes[..fitting]);
            _room -= fitting;
            if (fitting == bytes.Length)
                return;

            // The mark must not stand within a character, whose beginning an earlier write may have brought.
            if (_tail.Incomplete > 0)
                _file.SetLength(_file.Position - _tail.Incomplete);
            string mark = $"\n[the rest is not kept: this file is full at {_file.Position} bytes]\n";
            _file.Write(Encoding.UTF8.GetBytes(mark));
            _isClosed = true;
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            GiveUp(failure);
        }
    }

    public void Dispose()
    {
        _isClosed = true;
        _file?.Dispose();
    }

    private void GiveUp(Exception failure)
    {
        _isClosed = true;
        LogNotKept(_logger, _path, failure.Message);
    }

    [LoggerMessage(50, LogLevel.Warning, "Output is no longer kept in {Path}: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string path, string reason);
}
