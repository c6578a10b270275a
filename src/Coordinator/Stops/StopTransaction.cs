using Coordinator.Audit;
using Coordinator.Runners;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Storage;

namespace Coordinator.Stops;

/// <summary>One stop of one run, inside a transaction of the ledger.</summary>
internal sealed class StopTransaction(RunnerStreams streams, Ids ids)
{
    /// <summary>What a stop would do, without doing it.</summary>
    public StopStep Consider(Session session, Run? run, StopTerms terms)
    {
        if (run is null)
            return StopStep.Refused(session, "", SessionErrors.NoActiveRun(session));
        Transition transition = RunTransitions.Next(run.Status, RunEventKind.RequestStop);
        if (transition.IsRefused)
            return StopStep.Refused(session, run.RunId, SessionErrors.NotRunning(session, run));
        Proto.StopDelivery delivery = transition.Status == RunStatus.Stopped ? Proto.StopDelivery.NotStarted
            : streams.Find(run.RunnerId) is null ? Proto.StopDelivery.QueuedRunnerOffline
            : Proto.StopDelivery.Sent;
        return StopStep.Settled(session, run, SessionStatuses.Of(transition.Status), run.Status == RunStatus.Stopping, delivery);
    }

    /// <summary>Makes the stop durable and has its command pushed by the commit. Only after <see cref="Consider"/> found no refusal.</summary>
    public async ValueTask<StopStep> StopAsync(LedgerScope scope, Session session, Run run, StopTerms terms)
    {
        StopStep step = Consider(session, run, terms);
        bool sharpens = run.Stop is not { } stop || (terms.Force && !stop.Force) || terms.GracePeriod < stop.GracePeriod;
        bool widens = terms.IncludeChildren && run.Stop is not { IncludeChildren: true };
        scope.Record(AuditEntry.Stop(run, terms));
        if (sharpens || widens)
            await scope.ApplyAsync(run, new RunEvent.RequestStop(terms));
        if (sharpens && run.Status == RunStatus.Stopping)
            scope.AfterCommit(() => step.Written = streams.SendStopAsync(run.RunnerId, Command(run, ids)));
        return step;
    }

    /// <summary>The command that follows from a run that is stopping: the same each time but for its id.</summary>
    public static Proto.StopRun Command(Run run, Ids ids) => new()
    {
        CommandId = ids.New(Ids.Command),
        RunId = run.RunId,
        Epoch = run.Epoch,
        GracePeriod = run.Stop!.GracePeriod.ToProto(),
        Force = run.Stop.Force,
    };
}
