using System.Globalization;
using System.Runtime.Versioning;
using Coordinator.Privacy;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>
/// Holds agent users for one runner alone: two runners with the same user would end each other's runs. The operating system gives the
/// locks back when the process ends, however it ends.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AgentUserLocks : IDisposable
{
    /// <summary>Where they are on every machine.</summary>
    public const string DefaultDirectory = "/run/coordinator-agents";

    private readonly List<FileStream> _held = [];
    private readonly List<FileStream> _new = [];

    private AgentUserLocks()
    {
    }

    /// <summary>Takes them all.</summary>
    /// <param name="users">The users.</param>
    /// <param name="directory">The same for all runners of the machine, and gone when it starts anew.</param>
    /// <returns>The locks, and the users that no runner has had since the machine started.</returns>
    /// <exception cref="ContainmentUnavailableException">One of them is held, or the place for locks cannot be made.</exception>
    public static (AgentUserLocks Locks, IReadOnlyList<AgentUser> New) Take(
        IReadOnlyList<AgentUser> users, string directory)
    {
        AgentUserLocks locks = new();
        try
        {
            PrivateDirectory.Create(directory);
            return (locks, [.. users.Where(user => locks.Take(user, Path.Combine(directory, user.Id.ToString(CultureInfo.InvariantCulture))))]);
        }
        catch (Exception exception)
        {
            locks.GiveUp();
            throw exception is UnauthorizedAccessException or IOException
                ? new ContainmentUnavailableException(
                    $"the locks of agent users cannot be kept in {directory} ({exception.Message}); make it a directory of the runner's user " +
                    "alone, as RuntimeDirectory=coordinator-agents does in a systemd unit",
                    exception)
                : exception;
        }
    }

    /// <summary>Lets go of users that turned out not to be for agents: as if they had never been any.</summary>
    public void GiveUp()
    {
        // Deleted while they are held: nobody else can have taken one that is deleted here.
        foreach (FileStream made in _new)
            File.Delete(made.Name);
        Dispose();
    }

    public void Dispose()
    {
        _held.ForEach(held => held.Dispose());
        _held.Clear();
        _new.Clear();
    }

    /// <summary>Whether the file is new, which says of a user that it has been an agent's since the machine started.</summary>
    private bool Take(AgentUser user, string file)
    {
        while (true)
        {
            bool isNew = !File.Exists(file);
            FileStream held = Open(user, file);

            // Between the two another runner may have deleted the file that it had made; the lock is then on nothing.
            if (!File.Exists(file))
            {
                held.Dispose();
                continue;
            }

            _held.Add(held);
            if (isNew)
                _new.Add(held);
            return isNew;
        }
    }

    private static FileStream Open(AgentUser user, string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(file))
        {
            throw new ContainmentUnavailableException(
                $"another runner of this machine uses user {user.Name} for its agents; give each runner users of its own in Runner:AgentUsers",
                exception);
        }
    }
}
