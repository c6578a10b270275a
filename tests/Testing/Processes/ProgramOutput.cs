namespace Coordinator.Testing.Processes;

/// <summary>The lines a program has written so far, standard output and standard error together.</summary>
public sealed class ProgramOutput
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _ended;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    /// <summary>Waits for a line, which may have come already; null if the output ends without it.</summary>
    public async Task<string?> WaitForLineAsync(Func<string, bool> wanted)
    {
        for (var next = 0; ;)
        {
            Task changed;
            bool ended;
            List<string> fresh;
            lock (_gate)
            {
                fresh = _lines[next..];
                next = _lines.Count;
                changed = _changed.Task;
                ended = _ended;
            }

            if (fresh.Find(line => wanted(line)) is { } line)
                return line;
            if (ended)
                return null;
            await changed;
        }
    }

    public override string ToString() => string.Join('\n', Lines);

    /// <summary>Reads both streams to their ends, which may be long after the end of the program.</summary>
    internal async Task ReadAsync(params IReadOnlyList<TextReader> streams)
    {
        await Task.WhenAll(streams.Select(ReadLinesAsync));
        Change(() => _ended = true);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadLinesAsync(TextReader stream)
    {
        try
        {
            while (await stream.ReadLineAsync() is { } line)
                Change(() => _lines.Add(line));
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The program has ended, something that it left behind holds its output open, and nobody waits for that.
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }
}
