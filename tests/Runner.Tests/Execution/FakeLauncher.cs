using Coordinator.AgentRunner.Execution;

namespace Coordinator.AgentRunner.Tests.Execution;

/// <summary>Launches nothing, and remembers what was asked of it.</summary>
internal sealed class FakeLauncher : IRunLauncher
{
    public List<Run> Launched { get; } = [];

    public Action OnLaunch { get; set; } = () => { };

    public IRunControl Launch(Proto.StartRun command, Action<Proto.RunEnded> ended)
    {
        OnLaunch();
        Run run = new(command, ended);
        Launched.Add(run);
        return run;
    }

    internal sealed class Run(Proto.StartRun command, Action<Proto.RunEnded> ended) : IRunControl
    {
        public Proto.StartRun Command => command;

        public List<StopOrder> Stops { get; } = [];

        public Proto.HeldRunState State { get; set; } = Proto.HeldRunState.Running;

        public void Stop(StopOrder order) => Stops.Add(order);

        public void End(Proto.RunOutcome outcome) => ended(new Proto.RunEnded
        {
            Header = new Proto.ReportHeader { RunId = command.RunId, Epoch = command.Epoch },
            Outcome = outcome,
            ResultText = "result",
        });
    }
}
