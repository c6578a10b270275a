using Coordinator.Client.Events;
using Coordinator.Dashboard.Text;

namespace Coordinator.Dashboard.Output;

/// <summary>One event as a row of the output. What it looks like is worked out when it is first seen.</summary>
internal sealed class OutputRow(Proto.SessionEvent entry)
{
    /// <summary>More than any screen is wide.</summary>
    private const int ShownAtFirst = 2_000;

    private AnsiLine? _line;
    private bool _isWhole;

    public long Sequence => entry.Sequence;

    public DateTimeOffset? Time => entry.Time?.ToDateTimeOffset();

    public RowKind Kind { get; } = entry.EventCase switch
    {
        Proto.SessionEvent.EventOneofCase.Output when entry.Output is { SkippedLines: > 0 } or { QuotaReached: true } => RowKind.Skipped,
        Proto.SessionEvent.EventOneofCase.Output when entry.Output.Stream == Proto.OutputStream.Stderr => RowKind.Stderr,
        Proto.SessionEvent.EventOneofCase.Output => RowKind.Stdout,
        _ => RowKind.Event,
    };

    public AnsiLine Line => _line ??= Read();

    /// <summary>What is not in <see cref="Line"/> because it never left the runner.</summary>
    public long CutBytes => entry.EventCase == Proto.SessionEvent.EventOneofCase.Output ? entry.Output.TruncatedBytes : 0;

    /// <summary>Earlier states of the line, as of a progress bar, that are not in <see cref="Line"/>.</summary>
    public long OverwrittenBytes => entry.EventCase == Proto.SessionEvent.EventOneofCase.Output ? entry.Output.OverwrittenBytes : 0;

    /// <summary>About how much memory it takes, in characters.</summary>
    public int Size => 64 + entry.EventCase switch
    {
        Proto.SessionEvent.EventOneofCase.Output => entry.Output.Text.Length,
        Proto.SessionEvent.EventOneofCase.Message => entry.Message.Text.Length,
        Proto.SessionEvent.EventOneofCase.ToolCall => entry.ToolCall.InputJson.Length,
        Proto.SessionEvent.EventOneofCase.ToolResult => entry.ToolResult.Text.Length,
        Proto.SessionEvent.EventOneofCase.RunCompleted => entry.RunCompleted.ResultText.Length,
        _ => 0,
    };

    /// <summary>Shows all of a long line.</summary>
    public void ShowWhole()
    {
        _isWhole = true;
        _line = null;
    }

    private AnsiLine Read() => Kind switch
    {
        RowKind.Stdout or RowKind.Stderr => Ansi.Parse(entry.Output.Text, _isWhole ? int.MaxValue : ShownAtFirst),
        _ => new([new AnsiRun(EventGist.Of(entry), "")], 0),
    };
}
