using Coordinator.Logs;
using Microsoft.Extensions.Logging;

namespace Coordinator.Tests.Logs;

public sealed partial class EscapingLoggerProviderTests
{
    [Theory]
    [InlineData("plain ü 😀", "plain ü 😀")]
    [InlineData("a\r\nfake: line", "a\\u000D\\u000Afake: line")]
    [InlineData("\u001b[2J\u009b31m\0", "\\u001B[2J\\u009B31m\\u0000")]
    public void Escape_ControlCharacters_AreWrittenOut(string text, string escaped) =>
        Assert.Equal(escaped, EscapingLoggerProvider.Escape(text, keepsLines: false));

    [Fact]
    public void Escape_Traces_KeepTheirLines() =>
        Assert.Equal("at A\nat \\u001BB", EscapingLoggerProvider.Escape("at A\nat \u001bB", keepsLines: true));

    [Fact]
    public void Log_ValuesAndFailureFromOutside_ReachTheConsoleEscaped()
    {
        Recording console = new();
        using EscapingLoggerProvider provider = new(console);

        LogSaid(provider.CreateLogger("test"), "evil\r\nfake: line", 2, new IOException("no \u001b[2J"));

        Assert.StartsWith(
            "Runner evil\\u000D\\u000Afake: line said 2 things\nSystem.IO.IOException: no \\u001B[2J",
            console.Text,
            StringComparison.Ordinal);
        Assert.Contains(KeyValuePair.Create<string, object?>("Name", "evil\\u000D\\u000Afake: line"), console.Values);
        Assert.Contains(KeyValuePair.Create<string, object?>("Count", 2), console.Values);
    }

    [LoggerMessage(1, LogLevel.Warning, "Runner {Name} said {Count} things")]
    private static partial void LogSaid(ILogger logger, string name, int count, Exception failure);

    private sealed class Recording : ILoggerProvider, ILogger
    {
        public string Text { get; private set; } = "";

        public IReadOnlyList<KeyValuePair<string, object?>> Values { get; private set; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Text = formatter(state, exception) + exception;
            Values = (IReadOnlyList<KeyValuePair<string, object?>>)state!;
        }

        public void Dispose()
        {
        }
    }
}
