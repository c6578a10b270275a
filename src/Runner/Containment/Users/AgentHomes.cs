using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.Privacy;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>
/// The homes of agents whose users have none: an empty directory for each run, removed after it. They are below
/// <c>&lt;Runner:AgentHomes&gt;/&lt;runner id&gt;</c>, where users find their own and see no other.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class AgentHomes : IDisposable
{
    private const UnixFileMode Passage = (UnixFileMode)0x1C9;       // rwx--x--x

    private readonly string _root;
    private readonly RemovedHomes _removed;
    private readonly ILogger _logger;

    private AgentHomes(string root, ILogger logger)
    {
        (_root, _logger) = (root, logger);
        _removed = new RemovedHomes(Path.Combine(root, RemovedHomes.Name), logger);
    }

    /// <summary>Makes the place for them.</summary>
    /// <exception cref="ContainmentUnavailableException">It cannot be made.</exception>
    public static AgentHomes Open(string root, string runnerId, ILogger logger)
    {
        AgentHomes homes = new(Path.Combine(Path.GetFullPath(root), runnerId), logger);
        try
        {
            // The runner's umask may take away what agents need to get to their homes.
            Directory.CreateDirectory(homes._root);
            File.SetUnixFileMode(homes._root, Passage);
            homes._removed.Open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ContainmentUnavailableException(
                $"homes for agents cannot be made in {homes._root} ({exception.Message}); a range of users in Runner:AgentUsers needs a " +
                "runner that is root, or set Runner:AgentHomes",
                exception);
        }

        return homes;
    }

    /// <summary>Removes what a runner that was killed left there. To be called before there is a home of this life.</summary>
    public void RemoveAll()
    {
        foreach (string left in Directory.EnumerateDirectories(_root).Where(left => left != _removed.Place))
            Remove(left);
        _removed.BeginToDelete();
    }

    /// <summary>An empty home that is one user's alone.</summary>
    /// <exception cref="AgentStartException">It cannot be made.</exception>
    public string Create(string runId, Credentials user)
    {
        string home = Path.Combine(_root, runId);
        try
        {
            if (Directory.Exists(home))
                _removed.Add(home);
            PrivateDirectory.Create(home);
            if (Libc.ChangeOwner(home, user.UserId, user.GroupId) != 0)
                throw new IOException(Marshal.GetLastPInvokeErrorMessage());
            return home;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"The agent's home {home} could not be made: {exception.Message}", exception);
        }
    }

    /// <summary>To be called when nothing of the user is alive. Returns at once: it is out of the way, and deleted later.</summary>
    public void Remove(string home)
    {
        try
        {
            _removed.Add(home);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(_logger, home, exception.Message);
        }
    }

    public void Dispose() => _removed.Dispose();

    [LoggerMessage(83, LogLevel.Warning, "The home {Home} could not be removed and is tried again when the runner starts: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string home, string reason);
}
