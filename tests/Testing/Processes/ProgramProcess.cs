using System.Diagnostics;
using Coordinator.Testing.Waiting;

namespace Coordinator.Testing.Processes;

/// <summary>
/// A program of the product as a real process: its environment holds nothing of the test's own but what every program
/// needs, its output is kept, and it is gone when this is disposed.
/// </summary>
public abstract class ProgramProcess : IAsyncDisposable
{
    /// <summary>For the last lines after the end; something that the program left behind may hold its output open.</summary>
    private static readonly TimeSpan LastLinesWithin = TimeSpan.FromMilliseconds(500);

    /// <summary>For what a program says when it is up: a second, but no test is about that, and a build beside it takes its cores.</summary>
    private static readonly TimeSpan IsUpWithin = TimeSpan.FromMinutes(1);

    private static readonly string[] Inherited = ["PATH", "LANG", "TZ", "CI"];

    private readonly Process _process;
    private readonly string _name;
    private bool _disposed;

    protected ProgramProcess(
        BuiltProgram program,
        IEnumerable<string> arguments,
        string workingDirectory,
        IEnumerable<KeyValuePair<string, string>> environment)
    {
        var temporary = Directory.CreateDirectory(Path.Combine(workingDirectory, "tmp")).FullName;
        var start = new ProcessStartInfo(program.File, [.. program.Arguments, .. arguments])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        start.Environment["HOME"] = workingDirectory;
        // The runtime leaves a socket there when it is killed.
        start.Environment["TMPDIR"] = temporary;
        start.Environment["DOTNET_ROOT"] = BuiltProgram.RuntimeDirectory;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        _name = Path.GetFileName(program.File);
        _process = Process.Start(start)!;
        Id = _process.Id;
        Exited = WaitForExitAsync(Output.ReadAsync(_process.StandardOutput, _process.StandardError));
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>Everything it has written so far.</summary>
    public ProgramOutput Output { get; } = new();

    /// <summary>Completes with the exit code once it has ended; 128 plus the signal's number if a signal ended it.</summary>
    public Task<int> Exited { get; }

    /// <summary>Ends it as a crash would: nothing of it gets to run any more.</summary>
    public virtual async Task KillAsync()
    {
        _process.Kill();
        await Exited.WithTimeout();
    }

    /// <summary>Asks it to end (SIGTERM), waits until it has, and returns its exit code.</summary>
    public async Task<int> TerminateAsync(TimeSpan? timeout = null)
    {
        Send(Signals.Terminate);
        return await Exited.WithTimeout(timeout, $"the end of {this} after SIGTERM");
    }

    /// <summary>Stops it from running, as a machine does that hangs (SIGSTOP). Its connections stay open.</summary>
    public void Freeze() => Send(Signals.Stop);

    /// <summary>Lets it run on.</summary>
    public void Thaw() => Send(Signals.Continue);

    /// <summary>Ends its standard input, by which some programs know that their parent is gone.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        GC.SuppressFinalize(this);
        await EndAsync();
        _process.Dispose();
    }

    public override string ToString() => $"{_name} (process {Id})";

    /// <summary>Called once, to end whatever is still there.</summary>
    protected virtual Task EndAsync() => KillAsync();

    /// <summary>Waits for what the program is expected to write; if it does not, the failure shows what it wrote instead.</summary>
    protected async Task<string> WaitForLineAsync(Func<string, bool> wanted, string what)
    {
        string? line;
        try
        {
            line = await Output.WaitForLineAsync(wanted).WithTimeout(IsUpWithin);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{this} did not write {what} in time. It wrote:\n{Output}");
        }

        return line
            ?? throw new InvalidOperationException(
                $"{this} ended with exit code {await Exited} and did not write {what}. It wrote:\n{Output}");
    }

    private void Send(int signal)
    {
        // An id whose process was collected may already be another's.
        if (!_process.HasExited)
            Signals.Send(Id, signal);
    }

    private async Task<int> WaitForExitAsync(Task output)
    {
        await _process.WaitForExitAsync();
        await output.WaitAsync(LastLinesWithin, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!output.IsCompleted)
        {
            _process.StandardOutput.Close();
            _process.StandardError.Close();
        }

        return _process.ExitCode;
    }
}
