using Coordinator.AgentRunner.Containment;

namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// The profiles this runner has: the shipped ones with what configuration changes, and configuration's own.
/// </summary>
internal sealed class ExecutorCatalog
{
    private const int MaxNameLength = 64;

    /// <summary>As many as the coordinator takes of one runner.</summary>
    private const int MaxEnabled = 64;

    public static SettingChoices<PromptVia> PromptVias { get; } = new(("argument", PromptVia.Argument), ("stdin", PromptVia.Stdin));

    public static SettingChoices<OutputFormat> OutputFormats { get; } =
        new(("lines", OutputFormat.Lines), ("claude-stream-json", OutputFormat.ClaudeStreamJson));

    public static SettingChoices<SoftStop> SoftStops { get; } = new(("none", SoftStop.None), ("interrupt", SoftStop.Interrupt));

    private readonly SortedDictionary<string, ExecutorProfile> _profiles = new(StringComparer.Ordinal);
    private readonly List<string> _errors = [];

    public ExecutorCatalog(IReadOnlyDictionary<string, ExecutorSettings> settings)
    {
        foreach (ExecutorProfile shipped in ShippedExecutors.All)
            _profiles[shipped.Name] = shipped;
        foreach ((string name, ExecutorSettings given) in settings)
            Configure(name, given);
        if (Enabled.Count > MaxEnabled)
            _errors.Add($"Runner:Executors has {Enabled.Count} that are enabled: a runner may have at most {MaxEnabled}.");
    }

    /// <summary>What is wrong with the configuration, a sentence each.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Those that sessions may use, by name.</summary>
    public IReadOnlyList<ExecutorProfile> Enabled => [.. _profiles.Values.Where(profile => profile.Enabled)];

    /// <exception cref="AgentStartException">There is no such profile, or it is not enabled.</exception>
    public ExecutorProfile Get(string name)
    {
        if (!_profiles.TryGetValue(name, out ExecutorProfile? profile))
        {
            throw new AgentStartException(
                $"This runner has no executor \"{name}\". Configure it as Runner:Executors:{name}, " +
                $"or use one of: {string.Join(", ", Enabled.Select(enabled => enabled.Name))}.");
        }

        return profile.Enabled
            ? profile
            : throw new AgentStartException(
                $"The executor \"{name}\" is disabled on this runner. " +
                $"Set Runner:Executors:{name}:Enabled=true to allow it.");
    }

    private void Configure(string name, ExecutorSettings given)
    {
        string section = $"Runner:Executors:{name}";
        if (name.Length is 0 or > MaxNameLength || !name.All(IsNameCharacter))
        {
            _errors.Add($"{section}: a name has 1 to {MaxNameLength} characters of a-z, 0-9, '.', '_' and '-'.");
            return;
        }

        ExecutorProfile profile =
            _profiles.GetValueOrDefault(name) ?? new ExecutorProfile { Name = name, Command = "" };
        _profiles[name] = profile with
        {
            Enabled = given.Enabled ?? profile.Enabled,
            Command = given.Command ?? profile.Command,
            Args = given.Args ?? profile.Args,
            // Arguments of one's own leave nothing of the shipped ones behind.
            ResumeArgs = given.ResumeArgs ?? (given.Args is null ? profile.ResumeArgs : null),
            Environment = Merge(profile.Environment, given.Environment),
            PromptVia = Choose($"{section}:PromptVia", given.PromptVia, profile.PromptVia, PromptVias),
            Output = Choose($"{section}:Output", given.Output, profile.Output, OutputFormats),
            SoftStop = Choose($"{section}:SoftStop", given.SoftStop, profile.SoftStop, SoftStops),
        };
        if (_profiles[name].Command.Length == 0)
            _errors.Add($"{section}:Command is missing: name the program that the executor runs.");
    }

    private static bool IsNameCharacter(char c) =>
        char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-';

    private T Choose<T>(string setting, string? given, T inherited, SettingChoices<T> choices)
    {
        if (given is null)
            return inherited;
        if (choices.TryFind(given, out T? chosen))
            return chosen;
        _errors.Add($"{setting} is \"{given}\": it must be {string.Join(" or ", choices.Texts.Select(text => $"\"{text}\""))}.");
        return inherited;
    }

    private static Dictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> inherited, IReadOnlyDictionary<string, string>? given)
    {
        Dictionary<string, string> merged = new(inherited);
        foreach ((string name, string value) in given ?? new Dictionary<string, string>())
            merged[name] = value;
        return merged;
    }
}
