using System.Text.RegularExpressions;
using Coordinator.Model;
using Coordinator.Testing;

namespace Coordinator.Tests.Model;

public sealed partial class RunTransitionsTests
{
    /// <summary>The whole table, written down a second time by hand: every status with every event.</summary>
    private static readonly Dictionary<RunStatus, Dictionary<RunEventKind, RunStatus>> Allowed = new()
    {
        [RunStatus.Pending] = new()
        {
            [RunEventKind.Claim] = RunStatus.Claimed,
            [RunEventKind.RequestStop] = RunStatus.Stopped,
            [RunEventKind.ExpireQueue] = RunStatus.Failed,
        },
        [RunStatus.Claimed] = new()
        {
            [RunEventKind.Start] = RunStatus.Running,
            [RunEventKind.RequestStop] = RunStatus.Stopping,
            [RunEventKind.ReturnUnstarted] = RunStatus.Pending,
            [RunEventKind.FailStart] = RunStatus.Failed,
            [RunEventKind.LoseRunner] = RunStatus.Failed,
            [RunEventKind.RestartRunner] = RunStatus.Failed,
            [RunEventKind.BreakContainment] = RunStatus.Failed,
        },
        [RunStatus.Running] = new()
        {
            [RunEventKind.RequestStop] = RunStatus.Stopping,
            [RunEventKind.Complete] = RunStatus.Completed,
            [RunEventKind.Fail] = RunStatus.Failed,
            [RunEventKind.LoseRunner] = RunStatus.Failed,
            [RunEventKind.RestartRunner] = RunStatus.Failed,
            [RunEventKind.BreakContainment] = RunStatus.Failed,
        },
        [RunStatus.Stopping] = new()
        {
            [RunEventKind.Start] = RunStatus.Stopping,
            [RunEventKind.RequestStop] = RunStatus.Stopping,
            [RunEventKind.ProveStop] = RunStatus.Stopped,
            [RunEventKind.ReturnUnstarted] = RunStatus.Stopped,
            [RunEventKind.Complete] = RunStatus.Completed,
            [RunEventKind.Fail] = RunStatus.Failed,
            [RunEventKind.FailStart] = RunStatus.Failed,
            [RunEventKind.LoseRunner] = RunStatus.Failed,
            [RunEventKind.RestartRunner] = RunStatus.Failed,
            [RunEventKind.BreakContainment] = RunStatus.Failed,
        },
        [RunStatus.Completed] = [],
        [RunStatus.Failed] = [],
        [RunStatus.Stopped] = [],
    };

    public static TheoryData<string, string> EveryPair()
    {
        TheoryData<string, string> pairs = [];
        foreach (RunStatus status in Enum.GetValues<RunStatus>())
        {
            foreach (RunEventKind what in Enum.GetValues<RunEventKind>())
                pairs.Add(status.ToString(), what.ToString());
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void Next_EveryStatusWithEveryEvent_IsWhatTheTableSays(string status, string what)
    {
        RunStatus from = Enum.Parse<RunStatus>(status);
        RunEventKind kind = Enum.Parse<RunEventKind>(what);
        Transition expected = !Allowed[from].TryGetValue(kind, out RunStatus to) ? Transition.Refused
            : to == from ? Transition.Stay(to)
            : Transition.To(to);

        Assert.Equal(expected, RunTransitions.Next(from, kind));
    }

    [Fact]
    public void Next_DiagramInTheDocs_IsTheSameTable()
    {
        HashSet<string> drawn =
            [.. Arrow().Matches(File.ReadAllText(Repository.At("docs", "run-lifecycle.md"))).Select(m => m.Value.Trim())];
        HashSet<string> known = [.. Allowed.SelectMany(from => from.Value.Select(e => $"{from.Key} --> {e.Value} : {e.Key}"))];

        Assert.Equal(known.Order(), drawn.Order());
    }

    [GeneratedRegex(@"^\s+(\w+) --> (\w+) : (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Arrow();
}
