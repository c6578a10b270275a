using Coordinator.Client.Sessions;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Client.Tests.Sessions;

public sealed class SessionListTests
{
    public static TheoryData<SessionSort, bool> Orders => new(
        from sort in Enum.GetValues<SessionSort>() from reverse in (bool[])[true, false] select (sort, reverse));

    /// <summary>Following each change must give what sorting everything anew gives.</summary>
    [Theory]
    [MemberData(nameof(Orders))]
    public void Update_AnyChanges_EqualsSortingAnew(SessionSort sort, bool descending)
    {
        Random random = new(4711);
        SessionQuery query = SessionQuery.Default with { Sort = sort, Descending = descending, Statuses = [Proto.SessionStatus.Running, Proto.SessionStatus.Stopped] };
        SessionsState state = SessionsState.Empty.Apply(Whole(1, Enumerable.Range(0, 60).Select(i => Session(i, AnyStatus()))));
        SessionList list = new();
        list.Reset(state, query);

        for (int step = 2; step < 2000; step++)
        {
            int number = random.Next(80);
            state = random.Next(5) == 0
                ? state.Apply(Deleted($"ses_{number:D6}", step))
                : state.Apply(Updated(Session(number, AnyStatus(), step, name: $"{(char)('a' + random.Next(4))}")));
            list.Update(state, $"ses_{number:D6}");

            SessionList anew = new();
            anew.Reset(state, query);
            Assert.Equal(anew.Rows, list.Rows);
        }

        Proto.SessionStatus AnyStatus() => SessionStatuses.All[random.Next(SessionStatuses.All.Count)];
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Show_AnotherQueryAfterChanges_EqualsSortingAnew(SessionSort sort, bool descending)
    {
        SessionsState state = SessionsState.Empty.Apply(Whole(1, Enumerable.Range(0, 40).Select(i => Session(i, SessionStatuses.All[i % 6], name: $"{(char)('a' + (i % 7))}"))));
        SessionList list = new();
        list.Reset(state, SessionQuery.Default with { Text = "b" });
        foreach (int number in (int[])[3, 60, 7])
        {
            state = state.Apply(Updated(Session(number, Proto.SessionStatus.Failed, 2, name: "b")));
            list.Update(state, $"ses_{number:D6}");
        }

        foreach (string text in (string[])["", "b", "nowhere", "c"])
        {
            SessionQuery query = SessionQuery.Default with { Sort = sort, Descending = descending, Text = text };
            list.Show(query);

            SessionList anew = new();
            anew.Reset(state, query);
            Assert.Equal(anew.Rows, list.Rows);
            Assert.Equal(query, list.Query);
        }
    }

    [Fact]
    public void Update_RowChangesInPlace_IsNoMove()
    {
        SessionsState state = SessionsState.Empty.Apply(Whole(1, Session(1), Session(2)));
        SessionList list = new();
        list.Reset(state, SessionQuery.Default);

        state = state.Apply(Updated(Session(1, Proto.SessionStatus.Stopping, 2)));
        Assert.False(list.Update(state, "ses_000001"));
        Assert.Equal(Proto.SessionStatus.Stopping, list.Rows[1].Status);

        state = state.Apply(Created(Session(3, revision: 3)));
        Assert.True(list.Update(state, "ses_000003"));
        Assert.Equal("ses_000003", list.Rows[0].SessionId);
    }
}
