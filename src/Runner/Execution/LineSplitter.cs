using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// Cuts a stream of bytes into lines without ever holding more than <c>maxLineBytes</c> of one: what exceeds that is
/// counted and dropped as it comes. Works on bytes, so that characters cut by a chunk's border are whole again; neither a
/// line that is too long nor a piece of one that has not ended is cut within a character.
/// </summary>
/// <param name="maxLineBytes">How much of a line is kept; at least the 4 bytes of one character.</param>
/// <param name="overwrites">
/// Whether a carriage return begins the line anew, as on a terminal: of a progress bar the newest state is kept, and those
/// before it are counted. Otherwise it is a character like any other, but for one at the end.
/// </param>
internal sealed class LineSplitter(int maxLineBytes, bool overwrites = false)
{
    /// <summary>
    /// Above this a buffer is given back after its line, so that one long line is not paid for ever after.
    /// </summary>
    private const int KeptBufferBytes = 64 * 1024;

    private const int SmallestBufferBytes = 1024;

    private byte[] _buffer = [];
    private int _length;
    private long _truncated;
    private long _overwritten;
    private Utf8Tail _tail;

    /// <summary>A carriage return has come and nothing after it: the end of the line, or its beginning anew.</summary>
    private bool _returned;

    /// <summary>How many bytes the next piece begins with, once what was handed out is forgotten.</summary>
    private int _carried;
    private bool _handedOut;

    /// <summary>Whether anything of a line that has not ended is still to be taken.</summary>
    public bool HasRest => _handedOut ? _carried > 0 : _length > 0 || _truncated > 0;

    /// <summary>Whether <see cref="TakePiece"/> would give any text.</summary>
    public bool HasPiece => !_handedOut && _length + _truncated > Incomplete;

    /// <summary>Whether the line that has not ended was begun anew since the last piece of it.</summary>
    public bool IsOverwritten => !_handedOut && _overwritten > 0;

    private int Incomplete => _returned ? 0 : _tail.Incomplete;

    /// <summary>
    /// Takes the next line off <paramref name="input"/>. False when the input holds no further line end; what is left of it
    /// is then kept as the beginning of the next line.
    /// </summary>
    public bool TryTake(ref ReadOnlySpan<byte> input, out OutputLine line)
    {
        ForgetHandedOut();
        int end = input.IndexOf((byte)'\n');
        if (end < 0)
        {
            Append(input);
            input = [];
            line = default;
            return false;
        }

        ReadOnlySpan<byte> rest = input[..end];
        input = input[(end + 1)..];
        if (HasRest || _returned)
        {
            Append(rest);
            line = TakeRest();
        }
        else
        {
            long overwritten = 0;
            ReadOnlySpan<byte> text = overwrites ? OutputLine.LastState(rest, out overwritten) : rest;
            int kept = Math.Min(text.Length, maxLineBytes);
            line = NewLine(text[..kept], text.Length - kept, overwritten);
        }

        return true;
    }

    /// <summary>
    /// Takes what has come of a line that goes on. The beginning of a character stays until its rest comes.
    /// </summary>
    public OutputLine TakePiece()
    {
        ReadOnlySpan<byte> text = _buffer.AsSpan(0, _length);
        int cut = _truncated == 0 ? Incomplete : Utf8Tail.IncompleteEnd(text);
        _carried = Incomplete;
        _handedOut = true;
        return new OutputLine
        {
            Text = text[..^cut],
            TruncatedBytes = _truncated + cut - _carried,
            OverwrittenBytes = _overwritten,
        };
    }

    /// <summary>Takes what has come of a line as if it had ended.</summary>
    public OutputLine TakeRest()
    {
        ForgetHandedOut();
        _handedOut = true;
        _returned = false;
        return NewLine(_buffer.AsSpan(0, _length), _truncated, _overwritten);
    }

    private OutputLine NewLine(ReadOnlySpan<byte> text, long truncated, long overwritten)
    {
        if (truncated > 0)
        {
            int cut = Utf8Tail.IncompleteEnd(text);
            text = text[..^cut];
            truncated += cut;
        }
        else if (!overwrites && text is [.., (byte)'\r'])
        {
            text = text[..^1];
        }

        return new OutputLine { Text = text, TruncatedBytes = truncated, OverwrittenBytes = overwritten };
    }

    private void ForgetHandedOut()
    {
        if (!_handedOut)
            return;
        _handedOut = false;
        Span<byte> carried = stackalloc byte[_carried];
        _tail.CopyLast(carried);
        _carried = 0;
        _overwritten = 0;
        Clear();
        if (_buffer.Length > KeptBufferBytes)
            _buffer = [];
        Keep(carried);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (!overwrites)
        {
            Keep(bytes);
            return;
        }

        ReadOnlySpan<byte> text = bytes.TrimEnd((byte)'\r');
        bool endsInReturn = text.Length < bytes.Length;
        if (!text.IsEmpty)
        {
            if (_returned || text.Contains((byte)'\r'))
                Overwrite();
            Keep(OutputLine.LastState(text, out long overwritten));
            _overwritten += overwritten;
            _returned = false;
        }

        _returned |= endsInReturn;
    }

    private void Overwrite()
    {
        _overwritten += _length + _truncated;
        Clear();
    }

    private void Clear()
    {
        _length = 0;
        _truncated = 0;
        _tail = default;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _tail.Append(bytes);
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
