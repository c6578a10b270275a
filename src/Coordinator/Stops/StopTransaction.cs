using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Storage;

namespace Coordinator.Stops;

/// <summary>One stop of one run, inside a transaction of the ledger.</summary>
internal sealed class StopTransaction(Ids ids)
{
    /// <summary>Makes the stop durable and has its command sent by the commit; or finds out what that would do.</summary>
    /// <param name="run">The newest run of the session, or an older one that was named; null if it never had one.</param>
    /// <param name="validateOnly">Whether nothing is to be changed.</param>
    public async ValueTask<StopResult> StopAsync(UnitOfWork work, Session session, Run? run, StopTerms terms, bool validateOnly = false)
    {
        if (run is null)
            return StopResult.Refused(session, "", SessionErrors.NoActiveRun(session));
        bool sharpens = run.Stop is not { } stop || (terms.Force && !stop.Force) || terms.GracePeriod < stop.GracePeriod;
        bool changes = sharpens || (terms.IncludeChildren && run.Stop is not { IncludeChildren: true });
        bool isStopping = run.Status == RunStatus.Stopping;
        Transition transition = validateOnly || !changes
            ? RunTransitions.Next(run.Status, RunEventKind.RequestStop)
            : await work.ApplyAsync(run, new RunEvent.RequestStop(terms));
        if (transition.IsRefused)
            return StopResult.Refused(session, run.RunId, SessionErrors.NotRunning(session, run));

        StopResult result = new()
        {
            SessionId = session.SessionId,
            SessionName = session.Name,
            RunId = run.RunId,
            Status = SessionStatuses.Of(transition.Status),
            AlreadyStopping = isStopping,
        };
        if (!validateOnly && !changes)
            work.Record(AuditEntries.Stop(run, terms, alreadyStopping: true));
        if (validateOnly || !sharpens || transition.Status != RunStatus.Stopping)
            return result with { Delivery = await DeliveryAsync(work, run, transition.Status) };
        RunnerCommand.StopRun command = RunnerCommand.StopRun.Of(run, ids.New(Ids.Command), terms.Origin.OperationId);
        work.Send(command);
        return result with { CommandId = command.CommandId };
    }

    /// <summary>How far a stop comes that sends no command.</summary>
    private static async ValueTask<StopDelivery> DeliveryAsync(UnitOfWork work, Run run, RunStatus after) =>
        after == RunStatus.Stopped ? StopDelivery.NotStarted
        : await work.FindRunnerAsync(run.RunnerId) is { IsConnected: true } ? StopDelivery.Sent
        : StopDelivery.QueuedRunnerOffline;
}
