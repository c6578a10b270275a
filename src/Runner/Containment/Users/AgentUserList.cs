using System.Globalization;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>Reads the setting <c>Runner:AgentUsers</c>: names of users, numbers, and ranges of numbers such as 60000-60007.</summary>
[SupportedOSPlatform("linux")]
internal static class AgentUserList
{
    /// <summary>As many as a runner may have slots.</summary>
    private const int MaxUsers = 10_000;

    /// <exception cref="ContainmentUnavailableException">One of them cannot be an agent's.</exception>
    public static IReadOnlyList<AgentUser> Resolve(IReadOnlyList<string> entries, long maxProcesses)
    {
        long limit = Math.Min(maxProcesses, Libc.ProcessLimit());
        List<AgentUser> users = [];
        foreach (string entry in entries)
            users.AddRange(ResolveEntry(entry.Trim(), limit));
        if (users.Count > MaxUsers)
            throw new ContainmentUnavailableException($"Runner:AgentUsers names {users.Count:N0} users; {MaxUsers:N0} are the most");
        if (users.GroupBy(user => user.Id).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ContainmentUnavailableException($"Runner:AgentUsers names user {twice.First().Name} twice");
        return users;
    }

    private static IEnumerable<AgentUser> ResolveEntry(string entry, long limit)
    {
        if (TryParseRange(entry, out uint first, out uint last))
        {
            if (last < first || last - first >= MaxUsers)
                throw new ContainmentUnavailableException($"\"{entry}\" in Runner:AgentUsers is no range of at most {MaxUsers:N0} users");
            for (long id = first; id <= last; id++)
                yield return OfNumber((uint)id, limit);
        }
        else if (uint.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
        {
            yield return OfNumber(id, limit);
        }
        else
        {
            yield return UserDatabase.Find(entry) is { } found ? Of(found, limit) : throw new ContainmentUnavailableException(
                $"there is no user \"{entry}\" on this machine; add it (useradd --create-home {entry}), or take it out of Runner:AgentUsers");
        }
    }

    private static bool TryParseRange(string entry, out uint first, out uint last)
    {
        string[] ends = entry.Split('-');
        last = 0;
        return uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && ends.Length == 2
            && uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out last);
    }

    private static AgentUser OfNumber(uint id, long limit) => UserDatabase.Find(id) is { } found ? Of(found, limit) : new AgentUser
    {
        Name = id.ToString(CultureInfo.InvariantCulture),
        Credentials = Checked(id.ToString(CultureInfo.InvariantCulture), new Credentials(id, id, [], limit)),
        Home = null,
    };

    private static AgentUser Of(UserDatabase.Entry entry, long limit) => new()
    {
        Name = entry.Name,
        Credentials = Checked(entry.Name, new Credentials(entry.UserId, entry.GroupId, UserDatabase.GroupsOf(entry), limit)),
        Home = Directory.Exists(entry.Home) ? entry.Home : throw new ContainmentUnavailableException(
            $"the home {entry.Home} of user {entry.Name} does not exist; create it, or name another user in Runner:AgentUsers"),
    };

    private static Credentials Checked(string name, Credentials credentials)
    {
        if (credentials.UserId == Libc.EffectiveUser())
            throw new ContainmentUnavailableException($"user {name} is the runner's own; agents need users that are theirs alone");
        if (!Credentials.IsOrdinary(credentials.UserId) || !Credentials.IsOrdinary(credentials.GroupId) || credentials.Groups.Contains(0u))
            throw new ContainmentUnavailableException($"user {name} is an administrator or in an administrator's group, which agents must not be");
        if (credentials.UserId == UnusedUser.Id)
            throw new ContainmentUnavailableException($"user {name} has the number that the runner needs to be nobody's; name another one");
        return credentials;
    }
}
