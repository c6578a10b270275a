using System.Runtime.CompilerServices;

namespace Coordinator.Testing.Waiting;

/// <summary>
/// Waits for a condition that has no event of its own: the process table, a file, an answer of another program. Where
/// there is something to await, await it <see cref="Timeouts.WithTimeout(Task, TimeSpan?, string, string, int)"/>.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until the condition holds.</summary>
    public static Task True(
        Func<bool> condition,
        TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Get(condition, value => value, timeout, what, file, line);

    /// <summary>Reads until the value is as wanted, and returns it; the failure says what was read last.</summary>
    public static Task<T> Get<T>(
        Func<T> read,
        Func<T, bool> wanted,
        TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(wanted))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Get(() => Task.FromResult(read()), wanted, timeout, what, file, line);

    /// <inheritdoc cref="Get{T}(Func{T}, Func{T, bool}, TimeSpan?, string, string, int)"/>
    public static async Task<T> Get<T>(
        Func<Task<T>> read,
        Func<T, bool> wanted,
        TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(wanted))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var limit = Timeouts.Limit(timeout);
        using var deadline = new CancellationTokenSource(limit, TimeProvider.System);
        while (true)
        {
            var value = await read().WithTimeout(limit, $"a value to check for {what}", file, line);
            if (wanted(value))
                return value;

            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"{Timeouts.Message(what, limit, file, line)} Last value: {Describe(value)}");

            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }
    }

    private static string Describe<T>(T value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        System.Collections.IEnumerable items => $"[{string.Join(", ", items.Cast<object>())}]",
        _ => value.ToString() ?? "",
    };
}
