namespace Coordinator.AgentRunner.Execution;

/// <summary>What made a run come to its end.</summary>
internal enum RunEnding
{
    /// <summary>The agent exited by itself.</summary>
    Exited,

    /// <summary>The agent had given its result and did not exit.</summary>
    Lingered,

    /// <summary>Somebody wanted it stopped.</summary>
    Stopped,

    /// <summary>Its container was broken out of, or into.</summary>
    Broken,
}
