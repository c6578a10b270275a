using System.Collections.Concurrent;
using Coordinator.Model;

namespace Coordinator.Stops;

/// <summary>
/// Stops that were sent to their runners although they could not be stored, until they are. In memory alone: that is what
/// <c>STOP_DELIVERY_SENT_NOT_DURABLE</c> says.
/// </summary>
internal sealed class UnstoredStops
{
    private readonly ConcurrentDictionary<RunClaim, IReadOnlyList<StopTerms>> _terms = new();

    /// <summary>The claims that have such stops.</summary>
    public IEnumerable<RunClaim> Claims => _terms.Keys;

    /// <summary>Who asks for the same again changes nothing.</summary>
    public void Add(RunClaim claim, StopTerms terms) => _terms.AddOrUpdate(
        claim, _ => [terms], (_, known) => known.Any(one => one with { RequestedTime = terms.RequestedTime } == terms) ? known : [.. known, terms]);

    /// <summary>It was not sent after all.</summary>
    public void Withdraw(RunClaim claim, StopTerms terms)
    {
        while (_terms.TryGetValue(claim, out IReadOnlyList<StopTerms>? known) && known.Contains(terms))
        {
            List<StopTerms> others = [.. known.Where(one => one != terms)];
            if (others.Count == 0 ? _terms.TryRemove(new(claim, known)) : _terms.TryUpdate(claim, others, known))
                return;
        }
    }

    /// <summary>What was asked for, in order; empty if all of it is stored.</summary>
    public IReadOnlyList<StopTerms> Of(RunClaim claim) => _terms.GetValueOrDefault(claim) ?? [];

    /// <summary>They are stored; what was asked for since stays.</summary>
    public void Stored(RunClaim claim, IReadOnlyList<StopTerms> terms) => _terms.TryRemove(new(claim, terms));

    /// <summary>What the runner is to do by now: the shortest of the grace periods, and by force if any of them is.</summary>
    public static StopTerms Sharpest(IReadOnlyList<StopTerms> terms) =>
        terms[0] with { GracePeriod = terms.Min(t => t.GracePeriod), Force = terms.Any(t => t.Force) };
}
