namespace Coordinator.Testing.Processes;

/// <summary>One process as /proc shows it at one moment.</summary>
/// <param name="Id">Process id; reused by the system, so compare together with <paramref name="StartTime"/>.</param>
/// <param name="ParentId">0 for the first process of the machine.</param>
/// <param name="GroupId">Its process group.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="State">One letter: R running, S sleeping, D uninterruptible, T stopped, Z zombie …</param>
/// <param name="StartTime">In clock ticks since the machine started.</param>
/// <param name="CommandLine">Program and arguments, separated by spaces; empty for a thread of the kernel.</param>
public sealed record ProcessEntry(
    int Id,
    int ParentId,
    int GroupId,
    int SessionId,
    char State,
    long StartTime,
    string CommandLine)
{
    /// <summary>The variables it was started with; what it set later does not show. Null if it may not be read.</summary>
    public IReadOnlyList<string>? Environment => ProcFile.TryReadText(Id, "environ")?.Split('\0');

    /// <summary>Where it works; null if it has ended or may not be looked at.</summary>
    public string? WorkingDirectory => ProcFile.TryReadLink(Id, "cwd");

    /// <summary>Whether its command line or its working directory contains the text.</summary>
    public bool IsMarked(string marker) =>
        CommandLine.Contains(marker, StringComparison.Ordinal)
        || WorkingDirectory?.Contains(marker, StringComparison.Ordinal) == true;

    public override string ToString() =>
        $"{Id} (parent {ParentId}, group {GroupId}, session {SessionId}, {State}) {CommandLine}";

    /// <summary>Null if the process has ended or is a zombie.</summary>
    internal static ProcessEntry? TryRead(int id)
    {
        if (ProcFile.TryReadText(id, "stat") is not { } stat || ProcFile.TryReadText(id, "cmdline") is not { } command)
            return null;

        // "4711 (name, which may hold spaces and parentheses) S 1 …"; the numbering in proc(5) starts at 1.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var state = fields[0][0];
        return state is 'Z' or 'X' or 'x'
            ? null
            : new ProcessEntry(
                id,
                ParentId: int.Parse(fields[1]),
                GroupId: int.Parse(fields[2]),
                SessionId: int.Parse(fields[3]),
                state,
                StartTime: long.Parse(fields[19]),
                command.TrimEnd('\0').Replace('\0', ' '));
    }
}
