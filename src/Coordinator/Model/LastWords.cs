namespace Coordinator.Model;

/// <summary>What an agent that failed said last.</summary>
/// <param name="Error">The error that it reported as its result; empty if it reported none.</param>
/// <param name="StandardError">The end of its standard error; empty if there was none.</param>
internal sealed record LastWords(string Error, string StandardError)
{
    /// <summary>A sentence of the failure, and what the agent said after it.</summary>
    public string After(string sentence)
    {
        if (Error.Length == 0 && StandardError.Length == 0)
            return $"{sentence} Its output says why.";
        string error = Error.Length > 0 ? $" It reported: {Error}" : "";
        string standardError = StandardError.Length > 0 ? $" Its standard error ends with: {StandardError}" : "";
        return sentence + error + standardError;
    }
}
