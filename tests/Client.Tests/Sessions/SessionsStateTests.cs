using Coordinator.Client.Sessions;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Client.Tests.Sessions;

public sealed class SessionsStateTests
{
    [Fact]
    public void Snapshot_FirstOfAll_IsShownAsItComesInAndCountedWhenWhole()
    {
        SessionsState state = SessionsState.Empty.Apply(Snapshot(0, first: true, complete: false, Session(3), Session(2)));
        Assert.Equal((2, false, 0L), (state.Sessions.Count, state.IsComplete, state.Revision));

        state = state.Apply(Snapshot(9, first: false, complete: true, Session(1, Proto.SessionStatus.Failed)));

        Assert.Equal((3, true, 9L), (state.Sessions.Count, state.IsComplete, state.Revision));
        Assert.Equal((2, 1, 3), (state.Counts[Proto.SessionStatus.Running], state.Counts[Proto.SessionStatus.Failed], state.Counts.Total));
    }

    [Fact]
    public void Snapshot_FirstOfAll_KeepsWhatWasKnownBeforeUntilItIsWhole()
    {
        SessionsState rendered = SessionsState.Seeded([Session(1), Session(2), Session(3)]);

        SessionsState during = rendered.Apply(
            Snapshot(0, first: true, complete: false, Session(3, Proto.SessionStatus.Failed, revision: 2), Session(4)));
        SessionsState cutOff = during.Apply(Snapshot(0, first: true, complete: false, Session(4)));
        SessionsState after = cutOff.Apply(Snapshot(9, first: false, complete: true, Session(1)));

        Assert.Equal(["ses_000001", "ses_000002", "ses_000003", "ses_000004"], during.Sessions.Keys.Order());
        Assert.Equal(Proto.SessionStatus.Failed, during.Find("ses_000003")!.Status);
        Assert.Equal(4, cutOff.Sessions.Count);
        Assert.Equal(["ses_000001", "ses_000004"], after.Sessions.Keys.Order());
        Assert.Equal(2, after.Counts.Total);
    }

    [Fact]
    public void Snapshot_Later_ReplacesEverythingInOneStep()
    {
        SessionsState before = SessionsState.Empty.Apply(Whole(5, Session(1), Session(2)));

        SessionsState during = before.Apply(Snapshot(0, first: true, complete: false, Session(3)));
        Assert.Same(before.Sessions, during.Sessions);
        SessionsState after = during.Apply(Snapshot(8, first: false, complete: true, Session(4)));

        Assert.Equal(["ses_000003", "ses_000004"], after.Sessions.Keys.Order());
        Assert.Equal((8L, 2), (after.Revision, after.Counts.Total));
    }

    [Fact]
    public void Snapshot_OfAnOlderDatabase_GoesBackToItsRevision()
    {
        SessionsState state = SessionsState.Empty.Apply(Whole(50, Session(1, revision: 50))).Apply(Whole(3, Session(1, revision: 3)));

        Assert.Equal((3L, 3L), (state.Revision, state.Find("ses_000001")!.Revision));
    }

    [Fact]
    public void Snapshot_CutOffAndSentAgain_KeepsNothingOfTheFirst()
    {
        SessionsState state = SessionsState.Empty.Apply(Whole(5, Session(1)))
            .Apply(Snapshot(0, first: true, complete: false, Session(2)))
            .Apply(Snapshot(0, first: true, complete: false, Session(3)))
            .Apply(Snapshot(9, first: false, complete: true));

        Assert.Equal("ses_000003", Assert.Single(state.Sessions.Keys));
    }

    [Fact]
    public void Update_OlderThanWhatIsKnown_ChangesNothing()
    {
        SessionsState state = SessionsState.Empty.Apply(Whole(7, Session(1, Proto.SessionStatus.Stopped, revision: 7)));

        SessionsState same = state.Apply(Updated(Session(1, Proto.SessionStatus.Running, revision: 6)));

        Assert.Equal(Proto.SessionStatus.Stopped, same.Find("ses_000001")!.Status);
        Assert.Equal(7, same.Revision);
    }

    [Fact]
    public void Changes_OfEveryKind_KeepTheCountsRight()
    {
        SessionsState state = SessionsState.Empty.Apply(Whole(1, Session(1), Session(2)));
        state = state.Apply(Updated(Session(1, Proto.SessionStatus.Stopping, revision: 2)));
        state = state.Apply(Created(Session(3, Proto.SessionStatus.Pending, revision: 3)));
        state = state.Apply(Deleted("ses_000002", 4));
        state = state.Apply(Deleted("ses_999999", 5));

        Assert.Equal(
            (1, 1, 0, 2, 5L),
            (state.Counts[Proto.SessionStatus.Stopping], state.Counts[Proto.SessionStatus.Pending],
            state.Counts[Proto.SessionStatus.Running], state.Counts.Total, state.Revision));
    }

    [Fact]
    public void Snapshot_WithOlderSessionsLeftOut_KnowsWhereTheyBegin()
    {
        Proto.WatchSessionsResponse last = Snapshot(9, first: false, complete: true, Session(2, Proto.SessionStatus.Finished), Session(1));
        last.Snapshot.OmittedSessions = 7;

        SessionsState state = SessionsState.Empty.Apply(Snapshot(0, first: true, complete: false, Session(3, Proto.SessionStatus.Failed))).Apply(last);

        Assert.Equal((7L, "ses_000002"), (state.Omitted, state.OldestEnded));
    }

    [Fact]
    public void Heartbeat_MovesOnlyTheRevision()
    {
        SessionsState state = SessionsState.Empty.Apply(Whole(1, Session(1)));

        SessionsState later = state.Apply(new Proto.WatchSessionsResponse { Revision = 4, Heartbeat = new() });

        Assert.Same(state.Sessions, later.Sessions);
        Assert.Equal(4, later.Revision);
    }

    [Fact]
    public void Update_OneEndedSessionTooMany_LetsTheOldestGoTogether()
    {
        const int kept = SessionsState.MaxEnded, most = kept + SessionsState.EndedSlack;
        SessionsState full = SessionsState.Empty.Apply(Whole(5, [Session(1), .. Enumerable.Range(2, most).Select(n => Session(n, Proto.SessionStatus.Stopped))]));
        Assert.Equal((most + 1, 0L), (full.Sessions.Count, full.Omitted));

        SessionsState state = full.Apply(Updated(Session(most + 2, Proto.SessionStatus.Failed, revision: 6)));

        Assert.Equal((kept + 1, kept, kept + 1), (state.Sessions.Count, state.Counts.Ended, state.Counts.Total));
        Assert.Equal((SessionsState.EndedSlack + 1, SessionsState.EndedSlack + 1), (state.LetGo.Count, state.Omitted));
        Assert.NotNull(state.Find("ses_000001"));
        Assert.Equal(state.OldestEnded, state.Sessions.Values.Where(s => s.Status != Proto.SessionStatus.Running).Min(s => s.SessionId));
        Assert.DoesNotContain(state.LetGo, state.Sessions.ContainsKey);
        Assert.Empty(state.Apply(Updated(Session(1, revision: 7))).LetGo);
    }
}
