using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Messages;
using Coordinator.Dashboard.Stops;
using Microsoft.Extensions.Time.Testing;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Stops;

public sealed class StopOutcomesTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SessionsStore _store;

    public StopOutcomesTests() => _store = new SessionsStore(client: null!, _time, new Random(1));

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Outcome_IsAnnouncedOnlyWhenTheSessionHasEnded()
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
    public async Task Outcome_MissedDuringALoss_ComesWithTheNextSnapshot()
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
