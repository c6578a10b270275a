using static Coordinator.Model.RunEventKind;
using static Coordinator.Model.RunStatus;

namespace Coordinator.Model;

/// <summary>
/// The one place that knows how a run may change: a pure function of its status and of what happened. Final statuses
/// are never left, and what does not fit is refused, never silently dropped.
/// </summary>
internal static class RunTransitions
{
    public static Transition Next(RunStatus from, RunEventKind what) => from switch
    {
        Pending => what switch
        {
            Claim => Transition.To(Claimed),
            RequestStop => Transition.To(Stopped),
            ExpireQueue => Transition.To(Failed),
            Start or ReturnUnstarted or Complete or Fail or FailStart or ProveStop or LoseRunner or RestartRunner or BreakContainment =>
                Transition.Refused,
        },
        Claimed => what switch
        {
            Start => Transition.To(Running),
            RequestStop => Transition.To(Stopping),
            ReturnUnstarted => Transition.To(Pending),
            FailStart or LoseRunner or RestartRunner or BreakContainment => Transition.To(Failed),
            Claim or Complete or Fail or ProveStop or ExpireQueue => Transition.Refused,
        },
        Running => what switch
        {
            RequestStop => Transition.To(Stopping),
            Complete => Transition.To(Completed),
            Fail or LoseRunner or RestartRunner or BreakContainment => Transition.To(Failed),
            Claim or Start or ReturnUnstarted or FailStart or ProveStop or ExpireQueue => Transition.Refused,
        },
        Stopping => what switch
        {
            // The start was reported after the stop was asked for; a repeated request may still escalate it.
            Start or RequestStop => Transition.Stay(Stopping),
            // A stop that overtook its start: nothing was ever spawned, which is as good a proof as any.
            ProveStop or ReturnUnstarted => Transition.To(Stopped),
            Complete => Transition.To(Completed),
            Fail or FailStart or LoseRunner or RestartRunner or BreakContainment => Transition.To(Failed),
            Claim or ExpireQueue => Transition.Refused,
        },
        Completed or Failed or Stopped => Transition.Refused,
    };
}
