using System.Buffers.Binary;

namespace Coordinator;

/// <summary>
/// Makes ids: a prefix and 26 characters of lower-case Crockford base32, 48 bits of time in milliseconds followed by 80
/// random bits. Ids of one process sort in the order they were made, also within a millisecond and when the clock goes
/// back. They are safe in URLs, file names and cgroup names.
/// </summary>
internal sealed class Ids(TimeProvider time, Random random)
{
    public const string Session = "ses_";
    public const string Run = "run_";
    public const string Runner = "rnr_";
    public const string Command = "cmd_";
    public const string Operation = "op_";
    public const string Coordinator = "crd_";
    public const string Incarnation = "inc_";
    public const string Batch = "bat_";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private readonly Lock _lock = new();
    private UInt128 _last;

    public string New(string prefix)
    {
        UInt128 value;
        lock (_lock)
        {
            value = (UInt128)(ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << 80 | RandomBits();
            // Within a millisecond, or behind it, the order is kept by counting up from the last id.
            if (value >> 80 <= _last >> 80)
                value = _last + 1;
            _last = value;
        }

        return string.Create(prefix.Length + 26, (prefix, value), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            UInt128 rest = state.value;
            for (int i = span.Length - 1; i >= state.prefix.Length; i--, rest >>= 5)
                span[i] = Alphabet[(int)(rest & 31)];
        });
    }

    /// <summary>80 random bits, the highest of them 0 so that counting up does not run into the time.</summary>
    private UInt128 RandomBits()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes[6..]);
        bytes[6] &= 0x7f;
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
