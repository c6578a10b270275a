using Coordinator.Model;

namespace Coordinator.Dispatch;

/// <summary>The slots that are free at a moment of a batch: those of the fleet, and what the batch has changed of them so far.</summary>
/// <param name="fleet">As of the newest commit.</param>
/// <param name="changes">By how many runs more, or fewer, runners hold since; may go on changing.</param>
/// <param name="withheld">Runners that are given none.</param>
internal sealed class FreeSlots(Fleet fleet, IReadOnlyDictionary<string, int> changes, IReadOnlySet<string> withheld)
{
    /// <summary>Runners that have more free slots than the fleet knows.</summary>
    private readonly List<FleetMember> _freed = [.. changes.Where(s => s.Value < 0).Select(s => fleet.Find(s.Key)).OfType<FleetMember>()];

    /// <summary>The runners to which the batch has given slots back.</summary>
    public IEnumerable<RunnerProfile> Freed => _freed.Where(m => Of(m) > 0).Select(m => m.Profile);

    /// <summary>The runner that meets a demand and has the most free slots; null if none has any.</summary>
    public FleetMember? Best(Demand demand)
    {
        FleetMember? best = null;
        int most = 0;
        foreach (IEnumerable<FleetMember> group in fleet.Meeting(demand))
        {
            foreach (FleetMember member in group)
            {
                // None of those behind it has more, but for those that were freed.
                if (member.IsDraining || member.Free < Math.Max(most, 1))
                    break;
                Consider(member);
            }
        }

        foreach (FleetMember member in _freed.Where(m => demand.IsMetBy(m.Profile)))
            Consider(member);
        return best;

        void Consider(FleetMember member)
        {
            int free = Of(member);
            if (free > most || (best is not null && free == most && string.CompareOrdinal(member.RunnerId, best.RunnerId) < 0))
                (best, most) = (member, free);
        }
    }

    private int Of(FleetMember member) =>
        member.IsDraining || withheld.Contains(member.RunnerId) ? 0 : member.Free - changes.GetValueOrDefault(member.RunnerId);
}
