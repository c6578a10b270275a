using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Tests.Containment;
using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.AgentRunner.Tests.Hosting;

/// <summary>The real program, as it was built for the tests or as it was published.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RunnerProgram : IAsyncDisposable
{
    private readonly Process _process;
    private bool _disposed;
    private readonly Task<string> _errors;

    private RunnerProgram(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static RunnerProgram Start(TestFiles files, Uri coordinator, params string[] settings)
    {
        Machine.AdoptOrphans(false);
        BuiltProgram program = BuiltProgram.Runner;
        ProcessStartInfo start = new(program.File, program.Arguments)
        {
            WorkingDirectory = files.Root,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] all = [$"Coordinator={coordinator}", "Executors:command:Enabled=true", .. settings];
        foreach (string setting in all)
            start.ArgumentList.Add($"--Runner:{setting}");
        return new RunnerProgram(Process.Start(start)!);
    }

    public void Terminate() => Assert.Equal(0, Libc.Kill(_process.Id, UnixSignal.Terminate));

    public void KillHard() => Assert.Equal(0, Libc.Kill(_process.Id, UnixSignal.Kill));

    public void CloseInput() => _process.StandardInput.Close();

    public async Task<(int ExitCode, string Errors)> ExitAsync()
    {
        await _process.WaitForExitAsync().WithTimeout();
        return (_process.ExitCode, await _errors.WithTimeout());
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_process.HasExited)
            KillHard();
        await ExitAsync();
        _process.Dispose();
    }
}
