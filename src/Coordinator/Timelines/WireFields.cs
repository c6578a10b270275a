using System.Buffers.Binary;

namespace Coordinator.Timelines;

/// <summary>
/// Goes through the fields of a serialised message without making an object of it: for looking into many of which few are
/// wanted. https://protobuf.dev/programming-guides/encoding
/// </summary>
internal ref struct WireFields(ReadOnlySpan<byte> message)
{
    private const int VarintType = 0, Fixed64Type = 1, LengthType = 2, Fixed32Type = 5;

    private ReadOnlySpan<byte> _rest = message;

    public int Number { get; private set; }

    /// <summary>The content of a text, a message or bytes.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>The value of a number, boolean or enum.</summary>
    public long Value { get; private set; }

    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        ulong tag = ReadVarint();
        Number = (int)(tag >> 3);
        Content = default;
        Value = 0;
        switch ((int)tag & 7)
        {
            case VarintType:
                Value = (long)ReadVarint();
                break;
            case Fixed64Type:
                Value = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
                break;
            case LengthType:
                Content = Take(ReadVarint());
                break;
            case Fixed32Type:
                Value = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
                break;
            default:
                throw Damaged();
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
            throw Damaged();
        ReadOnlySpan<byte> taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        // Tags and most lengths.
        if (_rest is [< 0x80 and var single, ..])
        {
            _rest = _rest[1..];
            return single;
        }

        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("A stored message is damaged.");
}
