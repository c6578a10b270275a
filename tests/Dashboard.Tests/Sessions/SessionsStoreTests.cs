using Coordinator.Dashboard.Sessions;
using Coordinator.Dashboard.Shell;
using Coordinator.Dashboard.Stops;
using Microsoft.Extensions.Time.Testing;
using static Coordinator.Dashboard.Tests.Sessions.Sample;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class SessionsStoreTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SessionsStore _store;
    private readonly List<SessionsChange> _changes = [];

    public SessionsStoreTests()
    {
        _store = new SessionsStore(client: null!, _time, new Random(1));
        _store.Changed += _changes.Add;
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Receive_ManyChanges_AreFewPictures()
    {
        await _store.Receive(Whole(1, Session(1)));
        for (int i = 2; i < 50; i++)
            await _store.Receive(Created(Session(i, revision: i)));
        Assert.True(Assert.Single(_changes).All);

        _time.Advance(TimeSpan.FromMilliseconds(235));

        Assert.Equal(2, _changes.Count);
        Assert.Equal((false, 48), (_changes[1].All, _changes[1].SessionIds.Count));
    }

    [Fact]
    public async Task StopOutcome_IsAnnouncedOnlyWhenTheSessionHasEnded()
    {
        Announcements announcements = new(_time);
        using StopOutcomes outcomes = new(_store, announcements);
        await _store.Receive(Whole(1, Session(1), Session(2)));
        announcements.Say("key", Tone.Note, "Stop requested", stays: true);

        outcomes.Expect("key", ["ses_000001"]);
        await _store.Receive(Updated(Session(1, Proto.SessionStatus.Stopping, revision: 2)));
        Assert.Equal("Stop requested", Assert.Single(announcements.Current).Text);
        await _store.Receive(Updated(Session(1, Proto.SessionStatus.Stopped, revision: 3)));

        Announcement said = Assert.Single(announcements.Current);
        Assert.Equal((Tone.Success, "key"), (said.Tone, said.Key));
    }

    [Fact]
    public async Task StopOutcome_MissedDuringALoss_ComesWithTheNextSnapshot()
    {
        Announcements announcements = new(_time);
        using StopOutcomes outcomes = new(_store, announcements);
        await _store.Receive(Whole(1, Session(1), Session(2)));
        outcomes.Expect("key", ["ses_000001", "ses_000002"]);
        Assert.Contains("2 to go", Assert.Single(announcements.Current).Text, StringComparison.Ordinal);

        await _store.Receive(Whole(9, Session(1, Proto.SessionStatus.Stopped, revision: 8), Session(2, Proto.SessionStatus.Failed, revision: 9)));

        Assert.Contains("All 2 sessions have ended", Assert.Single(announcements.Current).Text, StringComparison.Ordinal);
    }
}
