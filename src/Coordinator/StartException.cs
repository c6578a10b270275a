namespace Coordinator;

/// <summary>
/// The coordinator cannot start, for a reason that a person can do something about. The message is the whole answer: it
/// goes to stderr as it is, without a stack trace.
/// </summary>
internal sealed class StartException(string message, int exitCode, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Something around the program is in the way: a port, a directory, a database.</summary>
    public const int Environment = 1;

    /// <summary>The program was asked for something it does not do.</summary>
    public const int Configuration = 2;

    public int ExitCode => exitCode;
}
