using Coordinator.Model;

namespace Coordinator.Grpc;

/// <summary>Checks what a runner says of its executors, and reads it.</summary>
internal static class ExecutorCheck
{
    private const int MaxExecutors = 64;
    private const int MaxSentence = 512;

    /// <summary>Adds every mistake to the check.</summary>
    public static RequestCheck Executors(this RequestCheck check, string field, IReadOnlyList<Proto.ExecutorInfo> told)
    {
        if (told.Count > MaxExecutors)
            return check.Fail(field, $"must have at most {MaxExecutors} entries, not {told.Count}");
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < told.Count; i++)
        {
            check.Executor($"{field}[{i}].name", told[i].Name)
                .Line($"{field}[{i}].unavailable_reason", told[i].UnavailableReason, MaxSentence)
                .Line($"{field}[{i}].remedy", told[i].Remedy, MaxSentence)
                .Line($"{field}[{i}].install_command", told[i].InstallCommand, MaxSentence);
            if (!names.Add(told[i].Name))
                check.Fail($"{field}[{i}].name", "must not be that of another entry");
        }

        return check;
    }

    /// <summary>What a runner said, by name.</summary>
    public static IReadOnlyList<ExecutorInfo> Read(IEnumerable<Proto.ExecutorInfo> told) =>
        [.. told.Select(RunnerMapping.FromProto).OrderBy(info => info.Name, StringComparer.Ordinal)];

    /// <summary>What a runner said with its hello; those that tell names alone can start all of them.</summary>
    public static IReadOnlyList<ExecutorInfo> Read(Proto.RunnerHello hello) => hello.ExecutorInfos.Count > 0
        ? Read(hello.ExecutorInfos)
        : [.. hello.Executors.Distinct().Order(StringComparer.Ordinal).Select(name => new ExecutorInfo { Name = name, Available = true })];

    /// <exception cref="CoordinatorException">Something is wrong with it; every wrong field is named.</exception>
    public static IReadOnlyList<ExecutorInfo> Read(Proto.ExecutorsChanged changed)
    {
        new RequestCheck().Executors("executors_changed.executor_infos", changed.ExecutorInfos).ThrowIfAny();
        return Read(changed.ExecutorInfos);
    }
}
