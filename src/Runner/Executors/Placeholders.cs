using System.Text;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// Fills <c>{name}</c> in arguments. What was filled in is not looked at again (a prompt may say "{run_id}" and mean
/// it), and braces around anything else stay as they are.
/// </summary>
internal sealed class Placeholders(Proto.StartRun command)
{
    public string Fill(string argument)
    {
        int open = argument.IndexOf('{');
        if (open < 0)
            return argument;

        StringBuilder filled = new();
        int done = 0;
        for (; open >= 0; open = argument.IndexOf('{', open + 1))
        {
            int close = argument.IndexOf('}', open);
            if (close < 0)
                break;
            if (ValueOf(argument.AsSpan((open + 1)..close)) is not { } value)
                continue;
            filled.Append(argument, done, open - done).Append(value);
            done = close + 1;
            open = close;
        }

        return filled.Append(argument, done, argument.Length - done).ToString();
    }

    private string? ValueOf(ReadOnlySpan<char> name) => name switch
    {
        "prompt" => command.Prompt,
        "session_id" => command.SessionId,
        "run_id" => command.RunId,
        "agent_name" => command.AgentName,
        "executor_session_id" => command.ExecutorSessionId,
        _ => null,
    };
}
