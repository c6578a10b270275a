using System.Text;
using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// Fills <c>{name}</c> in arguments. What was filled in is not looked at again (a prompt may say "{run_id}" and mean
/// it), and braces around anything else stay as they are.
/// </summary>
/// <remarks>
/// What is filled in comes from callers and agents, and a program takes an argument that begins with a dash for one of its
/// options. Only the profile may choose options, so such an argument is refused unless <c>--</c> stands before it, which
/// ends the options. An argument before it does not: whether <c>-p</c> takes a value only the program knows.
/// </remarks>
internal sealed class Placeholders(Proto.StartRun command)
{
    private const string Prompt = "prompt";
    private const string EndOfOptions = "--";

    /// <exception cref="AgentStartException">The program would take a value for an option.</exception>
    public IReadOnlyList<string> FillAll(IReadOnlyList<string> arguments)
    {
        List<string> filled = new(arguments.Count);
        bool haveOptionsEnded = false;
        foreach (string argument in arguments)
        {
            string value = Fill(argument, out string firstFilled);
            if (!haveOptionsEnded && value.StartsWith('-') && !argument.StartsWith('-'))
                throw NewRefusal(firstFilled);
            filled.Add(value);
            haveOptionsEnded |= argument == EndOfOptions;
        }

        return filled;
    }

    internal string Fill(string argument) => Fill(argument, out _);

    private AgentStartException NewRefusal(string name)
    {
        string setting = $"Runner:Executors:{command.Executor}:Args";
        return new AgentStartException(
            $"The value of {{{name}}} begins with \"-\", and the program would take it for an option. " +
            (name == Prompt
                ? $"Begin the prompt with another character, or change {setting}: put \"--\" before {{prompt}}, write it as "
                    + "\"--option={prompt}\", or set PromptVia to stdin."
                : $"Use another value, or change {setting}: put \"--\" before {{{name}}}, or write it as \"--option={{{name}}}\"."));
    }

    /// <param name="argument">An argument of the profile.</param>
    /// <param name="firstFilled">The name of the first placeholder that was filled with anything; empty if none was.</param>
    private string Fill(string argument, out string firstFilled)
    {
        firstFilled = "";
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
            ReadOnlySpan<char> name = argument.AsSpan((open + 1)..close);
            if (ValueOf(name) is not { } value)
                continue;
            if (firstFilled.Length == 0 && value.Length > 0)
                firstFilled = name.ToString();
            filled.Append(argument, done, open - done).Append(value);
            done = close + 1;
            open = close;
        }

        return filled.Append(argument, done, argument.Length - done).ToString();
    }

    private string? ValueOf(ReadOnlySpan<char> name) => name switch
    {
        Prompt => command.Prompt,
        "session_id" => command.SessionId,
        "run_id" => command.RunId,
        "agent_name" => command.AgentName,
        "executor_session_id" => command.ExecutorSessionId,
        _ => null,
    };
}
