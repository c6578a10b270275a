using System.ComponentModel;
using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>
/// Cuts the status stream of a process into its lines, on the watch's thread, and calls back for each line and once
/// when the process has closed the stream or ended.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class StatusReader(FileDescriptor status, Action<StatusLine> onLine, Action onEnd)
{
    private readonly StringBuilder _line = new();

    public void Start() => DescriptorWatch.Shared.Add(status, OnReadable);

    private bool OnReadable()
    {
        Span<byte> buffer = stackalloc byte[256];
        var count = TryRead(buffer);
        foreach (var character in buffer[..count])
        {
            if (character == '\n')
            {
                onLine(StatusLine.Parse(_line.ToString()));
                _line.Clear();
            }
            else
            {
                _line.Append((char)character);
            }
        }

        if (count > 0)
        {
            return true;
        }

        onEnd();
        return false;
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
