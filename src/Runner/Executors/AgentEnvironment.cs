using Coordinator.Contracts.Settings;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// The environment of agents: the runner's own, less what .NET would read as a setting of the product (it may be a secret),
/// plus what the profile adds.
/// </summary>
/// <param name="ofRunner">The runner's own.</param>
/// <param name="passed">Names of settings that agents get all the same; see <c>Runner:PassEnvironment</c>.</param>
internal sealed class AgentEnvironment(IReadOnlyDictionary<string, string> ofRunner, params IReadOnlyList<string> passed)
{
    private static readonly StringComparer NameComparer =
        OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private readonly Dictionary<string, string> _inherited = new(
        ofRunner.Where(variable => ProductSettings.MayReachAgents(variable.Key, passed)), NameComparer);

    public static AgentEnvironment OfThisProcess(IReadOnlyList<string> passed)
    {
        Dictionary<string, string> variables = new(NameComparer);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return new AgentEnvironment(variables, passed);
    }

    /// <summary>What every agent of a profile has.</summary>
    public Dictionary<string, string> For(ExecutorProfile profile)
    {
        Dictionary<string, string> variables = new(_inherited, NameComparer);
        foreach ((string name, string value) in profile.Environment)
            variables[name] = value;
        return variables;
    }

    public Dictionary<string, string> For(ExecutorProfile profile, Proto.StartRun command)
    {
        Dictionary<string, string> variables = For(profile);
        variables["COORDINATOR_SESSION_ID"] = command.SessionId;
        return variables;
    }
}
