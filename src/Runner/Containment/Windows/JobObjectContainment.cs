using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Windows;

/// <summary>Gives each run a job object of its own. Whatever the runner's end, Windows ends its jobs with it.</summary>
[SupportedOSPlatform("windows")]
internal sealed class JobObjectContainment(string runnerId, TimeProvider time) : IContainment
{
    public string Kind => ContainmentKind.JobObject;

    public Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<IRunContainer>(Start(launch));
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"The program {launch.Program} could not be started: {e.Message}", e);
        }
    }

    /// <summary>None: the handles of an earlier life are closed, so its jobs are ended.</summary>
    public Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Survivor>>([]);

    private JobObjectContainer Start(AgentLaunch launch)
    {
        var job = new JobObject();
        var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        var error = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        try
        {
            using var input = File.OpenHandle(
                launch.StandardInputFile ?? "NUL",
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Inheritable);
            var environment = RunCookie.Environment(launch, runnerId);
            var (id, process) = JobProcess.Start(
                job, launch, environment, input, output.ClientSafePipeHandle, error.ClientSafePipeHandle);
            output.DisposeLocalCopyOfClientHandle();
            error.DisposeLocalCopyOfClientHandle();
            return new JobObjectContainer(launch.RunId, id, process, job, new(output, error, launch.Output), time);
        }
        catch
        {
            output.Dispose();
            error.Dispose();
            job.Dispose();
            throw;
        }
    }
}
