using System.Text;
using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>Keeps the beginning of what an agent wrote, and counts the rest.</summary>
internal sealed class RecordingOutput : IAgentOutput
{
    private const int Kept = 1 << 16;

    private readonly Lock _gate = new();
    private readonly StringBuilder _standardOutput = new();
    private readonly StringBuilder _standardError = new();
    private long _bytes;
    private volatile bool _blocked;

    /// <summary>While it is not set, the sink blocks.</summary>
    public ManualResetEventSlim Open { get; } = new(initialState: true);

    public bool IsBlocked => _blocked;

    public long Bytes => Interlocked.Read(ref _bytes);

    public string StandardOutput => Text(_standardOutput);

    public string StandardError => Text(_standardError);

    public void Write(Proto.OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        _blocked = !Open.IsSet;
        Open.Wait();
        _blocked = false;
        Interlocked.Add(ref _bytes, bytes.Length);
        lock (_gate)
        {
            var text = stream == Proto.OutputStream.Stdout ? _standardOutput : _standardError;
            if (text.Length < Kept)
            {
                text.Append(Encoding.UTF8.GetString(bytes));
            }
        }
    }

    private string Text(StringBuilder builder)
    {
        lock (_gate)
        {
            return builder.ToString();
        }
    }
}
