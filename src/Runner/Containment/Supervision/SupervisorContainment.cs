using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Escapes;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>
/// Puts a <see cref="SupervisorProcess"/> above each agent: for machines where the runner may not make cgroups.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SupervisorContainment : IContainment
{
    private readonly string _runnerId;
    private readonly OwnProgram _program;
    private readonly TimeProvider _time;
    private readonly EscapedProcesses _escaped;

    /// <exception cref="ContainmentUnavailableException">The system cannot do it.</exception>
    public SupervisorContainment(string runnerId, OwnProgram program, TimeProvider time)
    {
        (_runnerId, _program, _time) = (runnerId, program, time);
        if (ProcessHandle.Unavailable() is { } reason)
        {
            throw new ContainmentUnavailableException(reason);
        }

        // What has come to the runner is beneath no supervisor.
        _escaped = new EscapedProcesses(runnerId, holderOf: _ => null, time);
    }

    public string Kind => ContainmentKind.Supervisor;

    public void Dispose() => _escaped.Dispose();

    public async Task<IRunContainer> StartAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        var spec = LaunchSpec.For(launch, _runnerId);
        var supervisor = ModeProcess.Start(_program, ProcessMode.Supervise, launch, spec);
        var container = supervisor.HeldBy(() => new SupervisedContainer(launch, supervisor, _escaped, _time));
        return await container.StartedAsync(cancellationToken);
    }

    public Task<IReadOnlyList<Survivor>> EndSurvivorsAsync(
        IReadOnlyList<LeftRun> left, bool onlyThese, CancellationToken cancellationToken) =>
        new SurvivorSweep(_runnerId, _time).EndAsync(left, onlyThese, cancellationToken);
}
