using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Coordinator.Testing.Logs;

/// <summary>
/// Collects what is logged. A test ends with <see cref="AssertNoUnexpectedErrors"/>: whatever its assertions saw, an
/// Error that it did not announce with <see cref="Expect"/> fails it.
/// </summary>
public sealed class ErrorLogGuard : ILoggerProvider
{
    private readonly ConcurrentQueue<LogRecord> _records = [];
    private readonly ConcurrentBag<Func<LogRecord, bool>> _expected = [];

    /// <summary>Everything that was logged so far, of any level.</summary>
    public IReadOnlyList<LogRecord> Records => [.. _records];

    /// <summary>Errors like this belong to what the test does.</summary>
    public void Expect(Func<LogRecord, bool> error) => _expected.Add(error);

    /// <summary>Fails the test if there was an Error or worse that it did not expect.</summary>
    public void AssertNoUnexpectedErrors()
    {
        var unexpected = _records
            .Where(record => record.Level >= LogLevel.Error && !_expected.Any(expected => expected(record)))
            .ToList();
        if (unexpected.Count > 0)
            Assert.Fail($"{unexpected.Count} unexpected error(s) in the log:\n{string.Join('\n', unexpected)}");
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _records);

    /// <summary>The records stay: the host that disposes its providers ends before the test has looked.</summary>
    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LogRecord> records) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            records.Enqueue(new LogRecord(category, logLevel, eventId, formatter(state, exception), exception));
    }
}
