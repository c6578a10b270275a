namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Cuts a stream of bytes into lines without ever holding more than <c>maxLineBytes</c> of one: what exceeds that is
/// counted and dropped as it comes. Works on bytes, so that characters cut by a chunk's border are whole again.
/// </summary>
internal sealed class LineSplitter(int maxLineBytes)
{
    /// <summary>
    /// Above this a buffer is given back after its line, so that one long line is not paid for ever after.
    /// </summary>
    private const int KeptBufferBytes = 64 * 1024;

    private const int SmallestBufferBytes = 1024;

    private byte[] _buffer = [];
    private int _length;
    private long _truncated;
    private bool _handedOut;

    /// <summary>Whether a line has begun that has not ended yet.</summary>
    public bool HasPartial => !_handedOut && (_length > 0 || _truncated > 0);

    /// <summary>
    /// Takes the next line off <paramref name="input"/>, without its end. False when the input holds no further line
    /// end; what is left of it is then kept as the beginning of the next line. The line is valid until the next call.
    /// </summary>
    public bool TryTake(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line, out long truncatedBytes)
    {
        ForgetHandedOut();
        int end = input.IndexOf((byte)'\n');
        if (end < 0)
        {
            Keep(input);
            input = [];
            line = [];
            truncatedBytes = 0;
            return false;
        }

        ReadOnlySpan<byte> rest = input[..end];
        input = input[(end + 1)..];
        if (HasPartial)
        {
            Keep(rest);
            TakePartial(out line, out truncatedBytes);
        }
        else
        {
            truncatedBytes = Math.Max(0, rest.Length - maxLineBytes);
            line = rest[..Math.Min(rest.Length, maxLineBytes)];
        }

        if (truncatedBytes == 0 && line is [.., (byte)'\r'])
            line = line[..^1];
        return true;
    }

    /// <summary>Takes what has come of a line that has not ended.</summary>
    public void TakePartial(out ReadOnlySpan<byte> line, out long truncatedBytes)
    {
        line = _buffer.AsSpan(0, _length);
        truncatedBytes = _truncated;
        _handedOut = true;
    }

    private void ForgetHandedOut()
    {
        if (!_handedOut)
            return;
        _handedOut = false;
        _length = 0;
        _truncated = 0;
        if (_buffer.Length > KeptBufferBytes)
            _buffer = [];
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int room = Math.Min(bytes.Length, maxLineBytes - _length);
        if (_length + room > _buffer.Length)
        {
            int wanted = Math.Max(SmallestBufferBytes, Math.Max(_length + room, _buffer.Length * 2));
            Array.Resize(ref _buffer, Math.Min(maxLineBytes, wanted));
        }

        bytes[..room].CopyTo(_buffer.AsSpan(_length));
        _length += room;
        _truncated += bytes.Length - room;
    }
}
