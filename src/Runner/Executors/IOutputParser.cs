namespace Coordinator.AgentRunner.Executors;

/// <summary>Reads the lines of one output stream of one run. Not thread-safe.</summary>
internal interface IOutputParser
{
    AgentFindings Findings { get; }

    /// <summary>How much of a line is handed over.</summary>
    int MaxLineBytes { get; }

    /// <summary>
    /// Whether the lines are for people, as on a terminal: an unfinished one may be parsed by itself when the agent falls
    /// silent, and a carriage return begins it anew.
    /// </summary>
    bool ShowsPartialLines { get; }

    /// <summary>
    /// Adds what the line says. Never throws, whatever the line holds: what it cannot read it adds as output.
    /// </summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="truncatedBytes">How many bytes of the line were not handed over.</param>
    /// <param name="events">Takes the events; their time is set by the caller.</param>
    void Parse(ReadOnlySpan<byte> line, long truncatedBytes, List<Proto.SessionEvent> events);
}
