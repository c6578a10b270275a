using Coordinator.Errors;
using Coordinator.Runs;
using Coordinator.Storage;

namespace Coordinator.Runners;

/// <summary>
/// Makes good, as soon as something can be written again, what could not be stored while the disk was full: the ends of
/// connections, and reports. A runner repeats its reports on its next connection, so its present one is ended then; until
/// then it stays, because heartbeats and stops need no disk.
/// </summary>
internal sealed class StorageRecovery(RunnerStreams streams, RunnerConnections connections, Ledger ledger) : IDeadline
{
    public async Task MeetAsync()
    {
        foreach (RunnerStream stream in streams.Ended.ToList())
            await connections.CloseAsync(stream);

        List<RunnerStream> waiting = [.. streams.All.Where(s => s.Unstored is not null)];
        if (waiting.Count == 0 && !ledger.HasStalled)
            return;
        try
        {
            await ledger.ProveWritableAsync();
        }
        catch (CoordinatorException problem) when (problem.Reason == Reasons.StorageFull)
        {
            return;
        }

        foreach (RunnerStream stream in waiting)
            stream.Close(StreamEnd.NotStored(stream.Unstored!));
    }
}
