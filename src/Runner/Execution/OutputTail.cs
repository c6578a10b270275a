using System.Text;
using Coordinator.Contracts.Text;

namespace Coordinator.AgentRunner.Execution;

/// <summary>
/// The end of an output stream, for the sentence that says why an agent failed. It is kept whatever becomes of the lines
/// themselves. Not thread-safe.
/// </summary>
internal sealed class OutputTail
{
    internal const int MaxCharacters = 1000;

    /// <summary>No character takes more bytes in UTF-8.</summary>
    private const int MaxBytes = 4 * MaxCharacters;

    private byte[] _bytes = [];
    private int _length;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (_bytes.Length == 0)
            _bytes = new byte[MaxBytes];
        if (bytes.Length > MaxBytes)
            bytes = bytes[^MaxBytes..];
        int kept = Math.Min(_length, MaxBytes - bytes.Length);
        _bytes.AsSpan(_length - kept, kept).CopyTo(_bytes);
        bytes.CopyTo(_bytes.AsSpan(kept));
        _length = kept + bytes.Length;
    }

    /// <summary>
    /// At most <see cref="MaxCharacters"/>, without white space around them. Control characters are replaced by U+FFFD, but
    /// for ends of lines and tabs.
    /// </summary>
    public override string ToString()
    {
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(0, _length);

        // The beginning may lie within a character; what follows is read with replacement.
        for (int cut = 0; _length == MaxBytes && cut < 3 && IsContinuation(bytes[0]); cut++)
            bytes = bytes[1..];
        string text = Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").Trim();
        int start = Math.Max(0, text.Length - MaxCharacters);
        if (start > 0 && char.IsLowSurrogate(text[start]))
            start++;
        return ControlCharacters.Replace(text[start..], '\uFFFD', kept: "\n\t");
    }

    private static bool IsContinuation(byte one) => (one & 0xC0) == 0x80;
}
