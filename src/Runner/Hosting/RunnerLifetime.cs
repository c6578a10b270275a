using System.Runtime.InteropServices;
using Coordinator.AgentRunner.Execution;
using Microsoft.Extensions.Hosting;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>
/// Ends the runner on a signal or, if asked to, with its parent. The first signal lets the runs finish for a while, the
/// second stops them with their grace, the third kills them.
/// </summary>
internal sealed class RunnerLifetime(
    RunnerOptions options, IHostApplicationLifetime application, RunTable table, Departure departure)
    : IHostLifetime, IDisposable
{
    private static readonly PosixSignal[] Signals =
        [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];

    private readonly List<PosixSignalRegistration> _registrations = [];
    private bool _isEnding;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (PosixSignal signal in Signals)
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        if (options.EndWithParent)
            new Thread(WaitForEndOfInput) { IsBackground = true, Name = "parent" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (!Interlocked.Exchange(ref _isEnding, true))
        {
            application.StopApplication();
        }
        else if (departure.IsWaiting)
        {
            departure.StopWaiting();
        }
        else
        {
            table.Close();
            table.StopAll(TimeSpan.Zero);
        }
    }

    private void WaitForEndOfInput()
    {
        Span<byte> ignored = stackalloc byte[256];
        using Stream input = Console.OpenStandardInput();
        try
        {
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The other end is gone all the same.
        }

        departure.LoseParent();
        application.StopApplication();
    }
}
