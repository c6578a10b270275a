using System.ComponentModel;
using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// Cuts the status stream of a process into its lines, on the watch's thread, and calls back for each line and once
/// when the process has closed the stream or ended.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class StatusReader(FileDescriptor status, Action<StatusLine> onLine, Action onEnd)
{
    private readonly StringBuilder _line = new();
    private readonly Queue<StatusLine> _read = [];

    public void Start() => DescriptorWatch.Shared.Add(status, OnReadable);

    /// <summary>A line that could not be dealt with is the first one of the next time.</summary>
    private bool OnReadable()
    {
        if (_read.Count == 0 && !TryReadLines())
        {
            onEnd();
            return false;
        }

        while (_read.TryPeek(out StatusLine? line))
        {
            onLine(line);
            _read.Dequeue();
        }

        return true;
    }

    private bool TryReadLines()
    {
        Span<byte> buffer = stackalloc byte[256];
        int count = TryRead(buffer);
        foreach (byte character in buffer[..count])
        {
            if (character == '\n')
            {
                _read.Enqueue(StatusLine.Parse(_line.ToString()));
                _line.Clear();
            }
            else
            {
                _line.Append((char)character);
            }
        }

        return count > 0;
    }

    private int TryRead(Span<byte> buffer)
    {
        try
        {
            return status.Read(buffer);
        }
        catch (Exception e) when (e is ObjectDisposedException or Win32Exception)
        {
            return 0;
        }
    }
}
