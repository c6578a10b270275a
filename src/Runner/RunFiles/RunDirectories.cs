using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Primitives;
using Coordinator.Privacy;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.RunFiles;

/// <summary>
/// The directories of runs, below <c>&lt;data directory&gt;/runs</c>. Only the runner's user may look inside.
/// </summary>
internal sealed class RunDirectories(
    string dataDirectory, RunDirectoryLimits limits, RunnerClock clock, ILogger<RunDirectories> logger)
{
    private const int MaxRunIdLength = 64;

    private readonly string _root = Path.Combine(dataDirectory, "runs");

    /// <summary>Makes the directory of a run, also where that of an older claim was.</summary>
    /// <exception cref="AgentStartException">It could not be created.</exception>
    public RunDirectory Create(Proto.StartRun command)
    {
        // The id becomes a path and a cgroup's name: it comes from elsewhere, and must not lead elsewhere.
        if (!IsName(command.RunId))
            throw new AgentStartException($"The run's id \"{command.RunId}\" is not a valid one.");
        string path = Path.Combine(_root, command.RunId);
        try
        {
            PrivateDirectory.Create(path);
            RunDirectory directory = new(path, limits, logger);
            directory.Write(RunManifest.Of(command, clock.Now));
            return directory;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException(
                $"The run's directory {path} could not be created: {failure.Message} " +
                "Make room on the runner's disk, or set Runner:DataDirectory.",
                failure);
        }
    }

    private static bool IsName(string runId) =>
        runId.Length is > 0 and <= MaxRunIdLength && runId.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Every directory there is.</summary>
    public IReadOnlyList<RunDirectory> All() => Directory.Exists(_root)
        ? [.. Directory.EnumerateDirectories(_root).Select(path => new RunDirectory(path, limits, logger))]
        : [];

    /// <summary>Deletes output that waited for the coordinator when an earlier life of the runner was killed.</summary>
    public void DeleteSpills()
    {
        foreach (RunDirectory directory in All())
            directory.DeleteSpill();
    }

    /// <summary>Deletes what is over and too old or too much.</summary>
    /// <param name="isHeld">Whether something about a run is still to be done or told: those stay.</param>
    public void Prune(Func<string, bool> isHeld)
    {
        DateTime oldest = (clock.Now - limits.KeepFor).UtcDateTime;
        RunDirectory[] over =
            [.. All().OrderByDescending(one => one.LastChange).Where(one => !isHeld(one.RunId))];
        for (int i = 0; i < over.Length; i++)
        {
            if (i >= limits.Keep || over[i].LastChange < oldest)
                over[i].Delete();
        }
    }
}
