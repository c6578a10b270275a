using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Cgroups;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.MacOS;
using Coordinator.AgentRunner.Containment.Supervision;
using Coordinator.AgentRunner.Containment.Users;
using Coordinator.AgentRunner.Containment.Windows;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>Picks the strongest containment that works on this machine, or the one that was asked for.</summary>
internal sealed partial class ContainmentSelector(
    OwnProgram program, TimeProvider time, ILogger<ContainmentSelector> logger)
{
    /// <param name="options">The containment that is asked for, and the users that agents run as.</param>
    /// <param name="runnerId">Tells this runner's runs from those of other runners on the machine.</param>
    /// <param name="cancellationToken">Gives up trying.</param>
    /// <exception cref="ContainmentUnavailableException">What was asked for does not work here.</exception>
    public async Task<IContainment> SelectAsync(RunnerOptions options, string runnerId, CancellationToken cancellationToken)
    {
        IContainment containment = await SelectAsync(options.Containment, runnerId, cancellationToken);
        if (options.AgentUsers.Count == 0)
            return containment;
        try
        {
            return await WithUsersAsync(containment, options, runnerId, cancellationToken);
        }
        catch (ContainmentUnavailableException exception)
        {
            containment.Dispose();
            throw new ContainmentUnavailableException($"Agents cannot have users of their own: {exception.Message}.", exception);
        }
    }

    private async Task<IContainment> WithUsersAsync(
        IContainment containment, RunnerOptions options, string runnerId, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            throw new ContainmentUnavailableException("Runner:AgentUsers works on Linux only");
        IReadOnlyList<AgentUser> users = AgentUserList.Resolve(options.AgentUsers, options.MaxAgentProcesses);
        UserContainment apart = UserContainment.Create(
            containment, users, new AgentPlaces(options.AgentHomes, AgentUserLocks.DefaultDirectory), runnerId, time, logger);
        try
        {
            await new ContainmentProbe(apart, time).RunAsync(ContainmentProbe.Sleeping(), cancellationToken);
        }
        catch
        {
            apart.Dispose();
            throw;
        }

        LogUsers(users.Count);
        return apart;
    }

    private async Task<IContainment> SelectAsync(string choice, string runnerId, CancellationToken cancellationToken)
    {
        if (!ContainmentKind.All.Contains(choice))
        {
            throw new ContainmentUnavailableException(
                $"There is no containment \"{choice}\"; choose one of {string.Join(", ", ContainmentKind.All)}.");
        }

        if (choice != ContainmentKind.Automatic)
        {
            try
            {
                return Chosen(await CreateAsync(choice, runnerId, cancellationToken));
            }
            catch (ContainmentUnavailableException e)
            {
                throw new ContainmentUnavailableException(
                    $"The containment \"{choice}\" cannot be used: {e.Message}.", e);
            }
        }

        var reasons = new List<string>();
        foreach (var kind in Candidates())
        {
            try
            {
                return Chosen(await CreateAsync(kind, runnerId, cancellationToken));
            }
            catch (ContainmentUnavailableException e)
            {
                LogUnusable(kind, e.Message);
                reasons.Add($"{kind}: {e.Message}");
            }
        }

        throw new ContainmentUnavailableException(
            "No containment works on this machine, so agents could not be stopped for certain "
            + $"({string.Join("; ", reasons)}).");
    }

    /// <summary>Strongest first.</summary>
    private static string[] Candidates() =>
        OperatingSystem.IsLinux() ? [ContainmentKind.Cgroup, ContainmentKind.Supervisor]
        : OperatingSystem.IsWindows() ? [ContainmentKind.JobObject]
        : OperatingSystem.IsMacOS() ? [ContainmentKind.ProcessGroup]
        : [];

    private async Task<IContainment> CreateAsync(
        string kind, string runnerId, CancellationToken cancellationToken) => kind switch
        {
            ContainmentKind.Cgroup when OperatingSystem.IsLinux() =>
                await CgroupContainment.CreateAsync(runnerId, program, time, cancellationToken),
            ContainmentKind.Supervisor when OperatingSystem.IsLinux() => new SupervisorContainment(runnerId, program, time),
            ContainmentKind.JobObject when OperatingSystem.IsWindows() => new JobObjectContainment(runnerId, time),
            ContainmentKind.ProcessGroup when OperatingSystem.IsMacOS() => new ProcessGroupContainment(runnerId),
            _ => throw new ContainmentUnavailableException("it does not exist on this operating system"),
        };

    private IContainment Chosen(IContainment containment)
    {
        LogChosen(containment.Kind);
        return containment;
    }

    [LoggerMessage(EventId = 80, Level = LogLevel.Information, Message = "Runs are contained by {Kind}")]
    private partial void LogChosen(string kind);

    [LoggerMessage(82, LogLevel.Information, "Each run has one of {Count} users for itself")]
    private partial void LogUsers(int count);

    [LoggerMessage(EventId = 81, Level = LogLevel.Warning, Message = "Containment by {Kind} is not used: {Reason}")]
    private partial void LogUnusable(string kind, string reason);
}
