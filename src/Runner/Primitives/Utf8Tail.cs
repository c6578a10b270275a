using System.Buffers;
using System.Text;

namespace Coordinator.AgentRunner.Primitives;

/// <summary>
/// The last bytes of a stream of UTF-8, enough to tell whether it ends within a character. What comes in separate writes
/// must not be cut there: the rest of the character may be on its way.
/// </summary>
internal struct Utf8Tail
{
    /// <summary>The longest beginning of a character that lacks something.</summary>
    private const int MaxIncomplete = 3;

    // The newest byte is the lowest. Zeros stand for what was before, and are whole characters themselves.
    private uint _last;

    /// <summary>How many bytes at the end are the beginning of a character that is not all there; 0 to 3.</summary>
    public readonly int Incomplete
    {
        get
        {
            Span<byte> last = stackalloc byte[MaxIncomplete];
            CopyLast(last);
            return IncompleteEnd(last);
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes[Math.Max(0, bytes.Length - MaxIncomplete)..])
            _last = (_last << 8) | one;
    }

    /// <summary>Copies the newest bytes, as many as there is room for; at most 3.</summary>
    public readonly void CopyLast(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[^(i + 1)] = (byte)(_last >> (8 * i));
    }

    /// <summary>
    /// How many bytes at the end of <paramref name="bytes"/> are the beginning of a character whose rest is not there; 0
    /// to 3. Bytes that no rest could make a character of do not count.
    /// </summary>
    public static int IncompleteEnd(ReadOnlySpan<byte> bytes)
    {
        for (int length = 1; length <= Math.Min(MaxIncomplete, bytes.Length); length++)
        {
            ReadOnlySpan<byte> end = bytes[^length..];
            bool isContinuation = (end[0] & 0b1100_0000) == 0b1000_0000;
            if (!isContinuation)
                return Rune.DecodeFromUtf8(end, out _, out _) == OperationStatus.NeedMoreData ? length : 0;
        }

        return 0;
    }
}
