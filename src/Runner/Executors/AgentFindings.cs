namespace Coordinator.AgentRunner.Executors;

/// <summary>What an agent's output told about the agent as a whole.</summary>
/// <param name="usageBefore">The totals that its conversation had before this run; null if none are known.</param>
internal sealed class AgentFindings(Proto.Usage? usageBefore = null)
{
    private int _results;

    /// <summary>The conversation's id inside the agent; empty while it is not known.</summary>
    public string ExecutorSessionId { get; set; } = "";

    /// <summary>What the agent gave as its result, at most 1 MiB.</summary>
    public string ResultText { get; private set; } = "";

    /// <summary>Whether the agent called its result an error.</summary>
    public bool ResultIsError { get; private set; }

    /// <summary>Which result the agent has come to, counted from 1; 0 while it works.</summary>
    public int ResultNumber { get; private set; }

    public UsageMeter Usage { get; } = new(usageBefore);

    /// <summary>The agent has given its result, and is expected to exit.</summary>
    public void Finished(string resultText, bool isError)
    {
        (ResultText, ResultIsError) = (resultText, isError);
        ResultNumber = ++_results;
    }

    /// <summary>The agent works, be it that it goes on after a result.</summary>
    public void Works() => ResultNumber = 0;
}
