namespace Coordinator.AgentRunner.Primitives;

internal static class TaskContext
{
    /// <summary>
    /// The same outcome, but completed in the caller's own context. A task whose continuations run elsewhere takes those
    /// of a timeout or of <see cref="Task.WhenAny(Task[])"/> to the thread pool, whatever context awaits them; then
    /// nobody could schedule the protocol's steps one by one.
    /// </summary>
    public static async Task InContext(this Task task) => await task;

    /// <inheritdoc cref="InContext(Task)"/>
    public static async Task<T> InContext<T>(this Task<T> task) => await task;
}
