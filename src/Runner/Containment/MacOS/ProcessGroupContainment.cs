using System.ComponentModel;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.MacOS;

/// <summary>Gives each run a session of its own and follows its descendants.</summary>
[SupportedOSPlatform("macos")]
internal sealed class ProcessGroupContainment(string runnerId) : IContainment
{
    public string Kind => ContainmentKind.ProcessGroup;

    public Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<IRunContainer>(Start(launch));
        }
        catch (Win32Exception e)
        {
            throw new AgentStartException(
                $"The program {launch.Program} could not be started in {launch.WorkingDirectory}: {e.Message}", e);
        }
    }

    /// <summary>None: nothing on this system says for certain which processes were a run of an earlier life.</summary>
    public Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Survivor>>([]);

    private ProcessGroupContainer Start(AgentLaunch launch)
    {
        using var input = FileDescriptor.Open(launch.StandardInputFile ?? "/dev/null");
        var output = FileDescriptor.CreatePipe();
        var error = FileDescriptor.CreatePipe();
        var pump = new PipePump(output.Reader, error.Reader, launch.Output, launch.RunId);
        using (output.Writer)
        using (error.Writer)
        {
            try
            {
                var id = Children.Start(new()
                {
                    Program = launch.Program,
                    Arguments = [launch.Program, .. launch.Arguments],
                    Environment = RunCookie.Environment(launch, runnerId),
                    Descriptors = [input, output.Writer, error.Writer],
                    WorkingDirectory = launch.WorkingDirectory,
                });
                return new ProcessGroupContainer(launch.RunId, id, pump);
            }
            catch
            {
                pump.Discard();
                throw;
            }
        }
    }
}
