using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>
/// Puts a <see cref="SupervisorProcess"/> above each agent: for machines where the runner may not make cgroups.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SupervisorContainment : IContainment
{
    private const int SetChildSubreaper = 36;   // PR_SET_CHILD_SUBREAPER

    private readonly string _runnerId;
    private readonly OwnProgram _program;
    private readonly TimeProvider _time;

    /// <summary>
    /// Makes this process a subreaper for the rest of its life: if a supervisor is killed, its run comes here.
    /// </summary>
    public SupervisorContainment(string runnerId, OwnProgram program, TimeProvider time)
    {
        (_runnerId, _program, _time) = (runnerId, program, time);
        if (Libc.Prctl(SetChildSubreaper, 1, 0, 0, 0) != 0)
        {
            throw new ContainmentUnavailableException(
                $"this process cannot be a subreaper ({Marshal.GetLastPInvokeErrorMessage()})");
        }

        if (ProcessHandle.Unavailable() is { } reason)
        {
            throw new ContainmentUnavailableException(reason);
        }
    }

    public string Kind => ContainmentKind.Supervisor;

    public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        var spec = LaunchSpec.For(launch, _runnerId);
        var supervisor = ModeProcess.Start(_program, ProcessMode.Supervise, launch, spec);
        return await new SupervisedContainer(launch, supervisor, _time).StartedAsync(cancellationToken);
    }

    public Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken) =>
        new SurvivorSweep(_runnerId, _time).EndAsync(left, onlyThese, cancellationToken);
}
