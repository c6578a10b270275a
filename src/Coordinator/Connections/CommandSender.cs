using Coordinator.Model;
using Coordinator.Storage;
using Microsoft.Extensions.Options;

namespace Coordinator.Connections;

/// <summary>
/// The first that learns of a commit: opens and closes the connections that it registered or ended, and has its commands written to
/// those of them that this coordinator holds.
/// </summary>
internal sealed class CommandSender(
    RunnerStreams streams, CommandDeliveries deliveries, IOptions<ConnectionOptions> options, TimeProvider time) : ICommitListener
{
    public void OnCommitted(Committed committed)
    {
        foreach (ConnectionChange change in committed.Connections)
            Follow(change);
        foreach (RunnerCommand command in committed.Commands)
            Send(command);
    }

    private void Follow(ConnectionChange change)
    {
        switch (change)
        {
            case ConnectionChange.Opened opened when streams.TakeArrived(opened.ConnectionId) is { } stream:
                stream.Open(
                    new RunnerMessage.Welcome(opened.Epoch, options.Value.HeartbeatInterval, opened.IsDraining, opened.Reconciled.Forget, time.GetUtcNow()),
                    opened.Reconciled);
                streams.Add(stream);
                break;
            case ConnectionChange.Closed:
                streams.Remove(change.RunnerId, change.Epoch);
                break;
        }
    }

    /// <summary>A runner that is not connected here learns of it when it connects: its hello is compared with the database.</summary>
    private void Send(RunnerCommand command)
    {
        if (command is RunnerCommand.StopRun stop)
            deliveries.Note(stop, streams.SendStopAsync(stop));
        else
            streams.Find(command.RunnerId)?.Send(command);
    }
}
