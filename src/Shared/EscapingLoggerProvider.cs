using System.Text;
#pragma warning disable IDE0005 // One of the two projects has these for all of its files.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
#pragma warning restore IDE0005
using Microsoft.Extensions.Logging.Console;

namespace Coordinator.Logs;

/// <summary>
/// Writes control characters as <c>\u001B</c> and the like. What agents, runners and callers say stands in log lines, and must
/// neither begin lines of its own nor speak to the terminal that shows them.
/// </summary>
[ProviderAlias("Console")]
internal sealed class EscapingLoggerProvider(ILoggerProvider inner) : ILoggerProvider, ISupportExternalScope
{
    /// <summary>Has the console, which was added before, write through this.</summary>
    public static void AddTo(ILoggingBuilder logging)
    {
        ServiceDescriptor console = logging.Services.Single(service => service.ImplementationType == typeof(ConsoleLoggerProvider));
        logging.Services.Remove(console);
        logging.Services.AddSingleton<ILoggerProvider>(services =>
            new EscapingLoggerProvider(ActivatorUtilities.CreateInstance<ConsoleLoggerProvider>(services)));
    }

    public ILogger CreateLogger(string categoryName) => new Escaping(inner.CreateLogger(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose() => inner.Dispose();

    /// <param name="text">A text, perhaps from outside.</param>
    /// <param name="keepsLines">Whether its ends of lines stay as they are.</param>
    internal static string Escape(string text, bool keepsLines)
    {
        if (!text.Any(char.IsControl))
            return text;
        StringBuilder escaped = new(text.Length + 16);
        foreach (char c in text)
        {
            if (!char.IsControl(c) || (keepsLines && c == '\n'))
                escaped.Append(c);
            else
                escaped.Append($"\\u{(int)c:X4}");
        }

        return escaped.ToString();
    }

    private sealed class Escaping(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel))
                return;
            string message = Escape(formatter(state, exception), keepsLines: false);
            string text = exception is null ? message : $"{message}\n{Escape(exception.ToString(), keepsLines: true)}";
            IEnumerable<KeyValuePair<string, object?>> values = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
            inner.Log(logLevel, eventId, new Escaped(text, values), null, static (said, _) => said.ToString());
        }
    }

    /// <summary>What is said, and its values for formats that keep them apart.</summary>
    private sealed class Escaped(string text, IEnumerable<KeyValuePair<string, object?>> values)
        : List<KeyValuePair<string, object?>>(values.Select(value => KeyValuePair.Create(value.Key, EscapeValue(value.Value))))
    {
        public override string ToString() => text;

        private static object? EscapeValue(object? value) => value is string said ? Escape(said, keepsLines: false) : value;
    }
}
