using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>A user of the machine that agents run as, one at a time. Immutable.</summary>
internal sealed record AgentUser
{
    /// <summary>
    /// What leads to things of the runner's own user, or belongs to its login. A variable that the executor's settings give another
    /// value stays as they say.
    /// </summary>
    private static readonly string[] OwnVariables =
    [
        "HOME", "USER", "LOGNAME", "MAIL", "TMPDIR", "SSH_AUTH_SOCK", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS",
        "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_SESSION_ID",
    ];

    /// <summary>The user's name; its number if it has none.</summary>
    public required string Name { get; init; }

    public required Credentials Credentials { get; init; }

    /// <summary>The home that it keeps from run to run; null gives each of its runs an empty one.</summary>
    public required string? Home { get; init; }

    public uint Id => Credentials.UserId;

    /// <summary>The environment of an agent that runs as this user.</summary>
    /// <param name="prepared">As for an agent of the runner's own user.</param>
    /// <param name="home">The home of this run.</param>
    public IReadOnlyDictionary<string, string> Environment(IReadOnlyDictionary<string, string> prepared, string home)
    {
        Dictionary<string, string> variables = new(prepared);
        foreach (string name in OwnVariables)
        {
            if (variables.TryGetValue(name, out string? value) && value == System.Environment.GetEnvironmentVariable(name))
                variables.Remove(name);
        }

        variables.TryAdd("HOME", home);
        variables.TryAdd("USER", Name);
        variables.TryAdd("LOGNAME", Name);
        return variables;
    }
}
