using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Runners;

namespace Coordinator.Grpc;

/// <summary>Runners as the API shows them.</summary>
internal static class RunnerMapping
{
    public static Proto.Runner ToProto(RunnerView view)
    {
        RegisteredRunner runner = view.Runner;
        return new Proto.Runner
        {
            RunnerId = runner.RunnerId,
            Name = runner.Name,
            Status = view.IsConnected ? Proto.RunnerStatus.Online : Proto.RunnerStatus.Offline,
            Draining = runner.Draining,
            DrainReason = runner.DrainReason,
            Hostname = runner.Hostname,
            ProjectDir = runner.ProjectDir,
            Executors = { runner.Executors },
            Tags = { runner.Tags },
            Capacity = runner.Capacity,
            ActiveRuns = view.ActiveRuns,
            Version = runner.RunnerVersion,
            Epoch = runner.Epoch,
            ConnectTime = runner.ConnectTime.ToProto(),
            LastHeartbeatTime = view.LastHeard.ToProto(),
            Containment = runner.Containment,
            Isolation = RunMapping.ToProto(runner.Isolation),
            DrainTime = runner.DrainTime?.ToProto(),
            DrainDeadlineTime = runner.DrainDeadline?.ToProto(),
            DrainRequestedBy = runner.DrainRequestedBy,
            ExecutorInfos = { runner.ExecutorInfos.Select(ToProto) },
        };
    }

    public static ExecutorInfo FromProto(Proto.ExecutorInfo told) => new()
    {
        Name = told.Name,
        Available = told.Available,
        UnavailableReason = told.UnavailableReason,
        Remedy = told.Remedy,
        InstallCommand = told.InstallCommand,
    };

    private static Proto.ExecutorInfo ToProto(ExecutorInfo executor) => new()
    {
        Name = executor.Name,
        Available = executor.Available,
        UnavailableReason = executor.UnavailableReason,
        Remedy = executor.Remedy,
        InstallCommand = executor.InstallCommand,
    };
}
