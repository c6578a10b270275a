namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// The environment of agents: the runner's own, less its own settings (they may hold secrets of the coordinator), plus
/// what the profile adds.
/// </summary>
internal sealed class AgentEnvironment(IReadOnlyDictionary<string, string> ofRunner)
{
    private static readonly StringComparer NameComparer =
        OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private static readonly string[] OwnSections = ["Runner", "Coordinator"];

    public static AgentEnvironment OfThisProcess()
    {
        Dictionary<string, string> variables = new(NameComparer);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return new AgentEnvironment(variables);
    }

    public Dictionary<string, string> For(ExecutorProfile profile, Proto.StartRun command)
    {
        Dictionary<string, string> variables = new(NameComparer);
        foreach ((string name, string value) in ofRunner)
        {
            if (!IsOwnSetting(name))
                variables[name] = value;
        }

        foreach ((string name, string value) in profile.Environment)
            variables[name] = value;
        variables["COORDINATOR_SESSION_ID"] = command.SessionId;
        return variables;
    }

    /// <summary>Whether .NET configuration would read the variable as one of the product's settings.</summary>
    private static bool IsOwnSetting(string name)
    {
        foreach (string section in OwnSections)
        {
            if (name.StartsWith(section + "__", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
