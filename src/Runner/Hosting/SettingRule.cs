namespace Coordinator.AgentRunner.Hosting;

/// <summary>What one setting of the section <c>Runner</c> may be.</summary>
/// <param name="Name">Without the section.</param>
/// <param name="Range">What it may be, as "it must be …" goes on; docs/configuration.md says the same.</param>
/// <param name="Read">Its value, to be quoted where it is wrong.</param>
/// <param name="IsFine">Whether it is.</param>
internal sealed record SettingRule(string Name, string Range, Func<RunnerOptions, object> Read, Predicate<RunnerOptions> IsFine)
{
    /// <summary>What is wrong with the setting, in a sentence; null if nothing is.</summary>
    public string? Complaint(RunnerOptions options) =>
        IsFine(options) ? null : $"{RunnerOptions.Section}:{Name} is \"{Read(options)}\": it must be {Range}.";
}
