namespace Coordinator.Contracts.Text;

/// <summary>
/// The id that an agent gives to its conversation. It is whatever the agent prints, and stands in the arguments of the program that
/// continues the conversation: both sides take nothing else than what real agents use.
/// </summary>
public static class ExecutorSessionIds
{
    /// <summary>In characters, each of which is one byte.</summary>
    public const int MaxLength = 128;

    /// <summary>Whether it is 1 to 128 ASCII letters, digits and the signs <c>. _ : -</c>, beginning with a letter or a digit.</summary>
    public static bool IsValid(string id)
    {
        if (id.Length is 0 or > MaxLength || !char.IsAsciiLetterOrDigit(id[0]))
            return false;
        foreach (char c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '-'))
                return false;
        }

        return true;
    }
}
