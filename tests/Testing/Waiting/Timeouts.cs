using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Coordinator.Testing.Waiting;

/// <summary>No await in a test lasts for ever.</summary>
public static class Timeouts
{
    /// <summary>
    /// For everything that a test waits for and that should have happened long before: generous, because the processors may
    /// be busy with something else for all of the time, and a coordinator takes ten times as long to start there. Nothing is
    /// proved by it; what the product promises in seconds is measured with <see cref="PromisedTime"/>.
    /// </summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(90);

    /// <summary>Waits, and names what was waited for when it does not come.</summary>
    public static async Task WithTimeout(
        this Task task,
        TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(task))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var limit = Limit(timeout);
        try
        {
            await task.WaitAsync(limit, TimeProvider.System);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException(Message(what, limit, file, line));
        }
    }

    /// <inheritdoc cref="WithTimeout(Task, TimeSpan?, string, string, int)"/>
    public static async Task<T> WithTimeout<T>(
        this Task<T> task,
        TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(task))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        await ((Task)task).WithTimeout(timeout, what, file, line);
        return await task;
    }

    /// <inheritdoc cref="WithTimeout(Task, TimeSpan?, string, string, int)"/>
    public static Task<T> WithTimeout<T>(
        this ValueTask<T> task,
        TimeSpan? timeout = null,
        [CallerArgumentExpression(nameof(task))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        task.AsTask().WithTimeout(timeout, what, file, line);

    /// <summary>Someone who steps through a test takes longer than any limit.</summary>
    internal static TimeSpan Limit(TimeSpan? timeout) =>
        Debugger.IsAttached ? Timeout.InfiniteTimeSpan : timeout ?? Default;

    internal static string Message(string what, TimeSpan limit, string file, int line) =>
        $"{what} did not come within {limit.TotalSeconds:0.###} s ({Path.GetFileName(file)}:{line}).";
}
