using System.Buffers;
using System.Globalization;
using System.Text;
using Coordinator.Storage;

namespace Coordinator.Timelines;

/// <summary>Writes output events as the lines of a text, from the bytes as they are stored.</summary>
/// <param name="only">The stream whose lines are wanted; unspecified for both.</param>
internal sealed class OutputText(IBufferWriter<byte> text, Proto.OutputStream only)
{
    public void Write(EventChunk chunk)
    {
        foreach (StoredEvent item in chunk.EventsAfter(0))
        {
            if (item.Kind == Proto.SessionEvent.EventOneofCase.Output)
                WriteLine(item.Content);
        }
    }

    private void WriteLine(ReadOnlySpan<byte> output)
    {
        Proto.OutputStream stream = Proto.OutputStream.Unspecified;
        ReadOnlySpan<byte> line = default;
        long skipped = 0, truncated = 0, overwritten = 0;
        bool isFull = false;
        for (WireFields fields = new(output); fields.MoveNext();)
        {
            switch (fields.Number)
            {
                case Proto.OutputEvent.StreamFieldNumber:
                    stream = (Proto.OutputStream)fields.Value;
                    break;
                case Proto.OutputEvent.TextFieldNumber:
                    line = fields.Content;
                    break;
                case Proto.OutputEvent.TruncatedBytesFieldNumber:
                    truncated = fields.Value;
                    break;
                case Proto.OutputEvent.SkippedLinesFieldNumber:
                    skipped = fields.Value;
                    break;
                case Proto.OutputEvent.OverwrittenBytesFieldNumber:
                    overwritten = fields.Value;
                    break;
                case Proto.OutputEvent.QuotaReachedFieldNumber:
                    isFull = true;
                    break;
            }
        }

        if (only != Proto.OutputStream.Unspecified && stream != only)
            return;
        text.Write(line);
        if (skipped != 0)
            Write($"[{skipped} lines skipped]");
        if (isFull)
            Write($"[quota of stored events reached; the rest is on the runner]");
        if (truncated != 0)
            Write($" [{truncated} bytes cut]");
        if (overwritten != 0)
            Write($" [{overwritten} bytes overwritten]");
        text.Write("\n"u8);
    }

    private void Write(FormattableString mark) => Encoding.UTF8.GetBytes(mark.ToString(CultureInfo.InvariantCulture), text);
}
