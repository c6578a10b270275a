using Coordinator.Model;
using Microsoft.Extensions.Options;

namespace Coordinator.Reports;

/// <summary>
/// How much of what an agent says is stored: the events of one run up to <see cref="ReportOptions.MaxRunEventBytes"/>, then a
/// mark, and nothing after it. One agent that writes as fast as it can would otherwise fill the disk for all.
/// </summary>
internal sealed class EventQuota(IOptions<ReportOptions> options)
{
    private readonly long _limit = options.Value.MaxRunEventBytes;

    /// <summary>The events to store, with the mark where the quota is reached.</summary>
    public IEnumerable<Proto.SessionEvent> Admit(Run run, IEnumerable<Proto.SessionEvent> events)
    {
        foreach (Proto.SessionEvent item in events)
        {
            if (run.StoredEventBytes > _limit)
                yield break;
            run.StoredEventBytes += item.CalculateSize();
            yield return run.StoredEventBytes <= _limit ? item : new Proto.SessionEvent
            {
                Time = item.Time,
                Output = new Proto.OutputEvent { Stream = Proto.OutputStream.Stdout, QuotaReached = true },
            };
        }
    }
}
