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
