using System.Globalization;

namespace Coordinator.Dashboard.Output;

/// <summary>What is said around an output.</summary>
internal static class OutputWords
{
    /// <summary>In the place of lines while there are none.</summary>
    public static string Nothing(OutputState state, bool isActive) => (state.IsKnown, isActive) switch
    {
        (false, _) => "Reading the output …",
        (true, true) => "Nothing has been written yet. Lines appear here as they come.",
        (true, false) => "This session wrote nothing.",
    };

    public const string WhereOverwritten =
        "The line was begun anew with carriage returns; the log on the runner has what stood there before.";

    /// <summary>Behind a line that was overwritten, as by a progress bar.</summary>
    public static string Overwritten(long bytes) => bytes < 1_000
        ? $"{bytes.ToString(CultureInfo.InvariantCulture)} {(bytes == 1 ? "byte" : "bytes")} of earlier states"
        : $"{((bytes + 500) / 1_000).ToString("N0", CultureInfo.InvariantCulture)} KB of earlier states";

    /// <summary>Below the lines.</summary>
    public static string Foot(OutputState state, bool isActive)
    {
        string lines = $"{state.Rows.ToString("N0", CultureInfo.InvariantCulture)} {(state.Rows == 1 ? "line" : "lines")}.";
        return (state, isActive) switch
        {
            ({ Rows: 0 }, _) => "",
            ({ IsPaused: true }, _) => $"{lines} Paused.",
            ({ Follows: true }, true) => $"{lines} Following.",
            _ => lines,
        };
    }
}
