using System.Text;

namespace Coordinator.Timelines;

/// <summary>
/// A text to find in events, without regard to the case of ASCII letters. It is looked for in UTF-8 as it is stored, where
/// a character never begins inside another one.
/// </summary>
internal sealed class SearchText
{
    private readonly byte[] _text;
    private readonly byte _firstLower, _firstUpper;

    public SearchText(string text)
    {
        _text = Encoding.UTF8.GetBytes(text);
        _firstLower = Lower(_text[0]);
        _firstUpper = char.IsAsciiLetterLower((char)_firstLower) ? (byte)(_firstLower - 'a' + 'A') : _firstLower;
    }

    /// <summary>Whether a text of the event has it: a line, a message, a tool's name, input or result.</summary>
    public bool IsIn(StoredEvent item)
    {
        for (WireFields fields = new(item.Content); fields.MoveNext();)
        {
            if (IsText(item.Kind, fields.Number) && IsIn(fields.Content))
                return true;
        }

        return false;
    }

    public bool IsIn(ReadOnlySpan<byte> utf8)
    {
        while (utf8.Length >= _text.Length)
        {
            int start = utf8[..^(_text.Length - 1)].IndexOfAny(_firstLower, _firstUpper);
            if (start < 0)
                return false;
            if (StartsAt(utf8[start..]))
                return true;
            utf8 = utf8[(start + 1)..];
        }

        return false;
    }

    private static bool IsText(Proto.SessionEvent.EventOneofCase kind, int field) => kind switch
    {
        Proto.SessionEvent.EventOneofCase.Output => field == Proto.OutputEvent.TextFieldNumber,
        Proto.SessionEvent.EventOneofCase.Message => field == Proto.MessageEvent.TextFieldNumber,
        Proto.SessionEvent.EventOneofCase.ToolCall => field is Proto.ToolCallEvent.ToolNameFieldNumber or Proto.ToolCallEvent.InputJsonFieldNumber,
        Proto.SessionEvent.EventOneofCase.ToolResult => field == Proto.ToolResultEvent.TextFieldNumber,
        _ => false,
    };

    private bool StartsAt(ReadOnlySpan<byte> utf8)
    {
        for (int i = 1; i < _text.Length; i++)
        {
            if (Lower(utf8[i]) != Lower(_text[i]))
                return false;
        }

        return true;
    }

    private static byte Lower(byte utf8) => utf8 is >= (byte)'A' and <= (byte)'Z' ? (byte)(utf8 | 0x20) : utf8;
}
