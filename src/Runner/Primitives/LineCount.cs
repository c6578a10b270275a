namespace Coordinator.AgentRunner.Primitives;

/// <summary>A count of lines of each stream.</summary>
internal readonly record struct LineCount(long StandardOutput, long StandardError)
{
    public bool IsEmpty => StandardOutput + StandardError == 0;

    public static LineCount operator +(LineCount one, LineCount other) =>
        new(one.StandardOutput + other.StandardOutput, one.StandardError + other.StandardError);

    public static LineCount One(Proto.OutputStream stream) =>
        stream == Proto.OutputStream.Stderr ? new LineCount(0, 1) : new LineCount(1, 0);

    public IEnumerable<(Proto.OutputStream Stream, long Count)> ByStream()
    {
        if (StandardOutput > 0)
            yield return (Proto.OutputStream.Stdout, StandardOutput);
        if (StandardError > 0)
            yield return (Proto.OutputStream.Stderr, StandardError);
    }
}
