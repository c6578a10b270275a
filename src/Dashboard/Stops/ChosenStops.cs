using Coordinator.Client.Errors;
using Coordinator.Client.Sessions;
using Coordinator.Client.Stops;
using Coordinator.Dashboard.Messages;
using Grpc.Core;

namespace Coordinator.Dashboard.Stops;

/// <summary>
/// Carries out what a person chose in the dialog, and tells them what became of it. What is shown of the session itself comes
/// from the watch alone.
/// </summary>
internal sealed class ChosenStops(StopCalls calls, Announcements announcements, StopOutcomes outcomes, TimeProvider time)
{
    public Task StopAsync(StopChoice choice, StopTerms terms) => choice switch
    {
        StopChoice.One one => StopOneAsync(one.Session, terms),
        StopChoice.Selected selected => StopManyAsync([.. selected.Sessions.Select(s => s.SessionId)], terms),
        StopChoice.Matching matching => StopManyAsync([.. matching.Sessions.Select(s => s.SessionId)], terms),
        _ => throw new ArgumentOutOfRangeException(nameof(choice)),
    };

    private async Task StopOneAsync(Proto.Session session, StopTerms terms)
    {
        string key = $"stop-{session.SessionId}";
        try
        {
            Proto.StopSessionResponse answer = await calls.StopAsync(session.SessionId, terms, () => SayUnconfirmed(key, SessionNames.NameOf(session)));
            bool isDoubtful = answer.Delivery is Proto.StopDelivery.QueuedRunnerOffline or Proto.StopDelivery.SentNotDurable;
            announcements.Say(key, isDoubtful ? Tone.Warning : Tone.Note, StopWording.Acknowledged(session, answer), stays: true);
            outcomes.Expect(key, [session.SessionId, .. answer.Children.Where(c => c.ErrorReason.Length == 0).Select(c => c.SessionId)]);
        }
        catch (RpcException e)
        {
            announcements.Say(key, Tone.Error, StopWording.Refused(session, e.StatusCode, e.Reason(), e.Status.Detail));
        }
    }

    private async Task StopManyAsync(IReadOnlyList<string> sessionIds, StopTerms terms)
    {
        string key = $"stop-many-{time.GetTimestamp()}";
        announcements.Say(key, Tone.Note, StopWording.Asked(sessionIds.Count), stays: true);
        try
        {
            Proto.StopSessionsResponse answer = await calls.StopAsync(
                sessionIds, terms, () => SayUnconfirmed(key, StopWording.Several(sessionIds.Count)));
            List<string> taken = [.. answer.Outcomes.Where(o => o.ErrorReason.Length == 0).Select(o => o.SessionId)];
            if (taken.Count == 0)
                announcements.Say(key, Tone.Note, StopWording.NothingToStop);
            else
                outcomes.Expect(key, taken);
        }
        catch (RpcException e)
        {
            announcements.Say(key, Tone.Error, StopWording.Refused(sessionIds.Count, e.Status.Detail));
        }
    }

    private void SayUnconfirmed(string key, string what) => announcements.Say(key, Tone.Warning, StopWording.Unconfirmed(what), stays: true);
}
