using Coordinator.Client.Sessions;
using Microsoft.Extensions.Time.Testing;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Client.Tests.Sessions;

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
}
