using System.Globalization;
using Coordinator.Client.Text;

namespace Coordinator.Client.Sessions;

/// <summary>What a runner had to end of a run that came to its end by itself, in a sentence.</summary>
public static class EndedWords
{
    /// <summary>
    /// For example "2 processes were still running when the agent exited and were ended: sleep, sh."; empty if there was
    /// nothing to end.
    /// </summary>
    /// <param name="count">How many processes were ended.</param>
    /// <param name="names">The names of the first of them.</param>
    /// <param name="afterResult">Whether the agent was ended because it did not exit after its result.</param>
    public static string Of(int count, IReadOnlyList<string> names, bool afterResult)
    {
        if (count <= 0)
            return "";
        bool isOne = count == 1;
        string processes = $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(isOne ? "process" : "processes")}";
        string sentence = afterResult
            ? $"The agent gave its result and did not exit; {processes} {(isOne ? "was" : "were")} ended"
            : $"{processes} {(isOne ? "was" : "were")} still running when the agent exited and {(isOne ? "was" : "were")} ended";
        return names.Count == 0 ? $"{sentence}." : $"{sentence}: {Names(count, names)}.";
    }

    /// <summary>The names, and how many processes have none here.</summary>
    public static string Names(int count, IReadOnlyList<string> names)
    {
        string told = string.Join(", ", names.Select(SafeText.Line));
        return count > names.Count ? $"{told} and {(count - names.Count).ToString("N0", CultureInfo.InvariantCulture)} more" : told;
    }
}
