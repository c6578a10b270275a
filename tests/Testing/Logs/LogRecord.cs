using Microsoft.Extensions.Logging;

namespace Coordinator.Testing.Logs;

/// <summary>One thing that was logged.</summary>
public sealed record LogRecord(string Category, LogLevel Level, EventId EventId, string Message, Exception? Exception)
{
    public override string ToString() =>
        $"{Level}: {Category}[{EventId.Id}] {Message}{(Exception is null ? "" : $"\n{Exception}")}";
}
