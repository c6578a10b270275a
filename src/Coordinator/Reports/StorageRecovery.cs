using Coordinator.Connections;
using Coordinator.Model;
using Coordinator.Runners;
using Coordinator.Storage;
using Coordinator.Upkeep;

namespace Coordinator.Reports;

/// <summary>
/// Makes good, as soon as something can be written again, what could not be stored while the disk was full: the ends of
/// connections, and reports. A runner repeats its reports on its next connection, so its present one is ended then; until
/// then it stays, because heartbeats and stops need no disk.
/// </summary>
internal sealed class StorageRecovery(RunnerStreams streams, RunnerRegistration registration, Ledger ledger) : IDeadline
{
    public async Task MeetAsync()
    {
        foreach (RunnerStream stream in streams.Ended.ToList())
            await registration.CloseAsync(stream);

        List<RunnerStream> waiting = [.. streams.All.Where(s => s.Unstored is not null)];
        if (waiting.Count == 0 && !ledger.IsBlocked)
            return;
        try
        {
            await ledger.ProveWritableAsync();
        }
        catch (CoordinatorException exception) when (exception.Reason == Reasons.StorageFull)
        {
            return;
        }

        foreach (RunnerStream stream in waiting)
            stream.Close(StreamEnd.NotStored(stream.Unstored!));
    }
}
