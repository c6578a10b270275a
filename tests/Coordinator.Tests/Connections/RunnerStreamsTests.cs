using Coordinator.Connections;
using Coordinator.Model;

namespace Coordinator.Tests.Connections;

/// <summary>The connections that stand, as they come and go.</summary>
public sealed class RunnerStreamsTests
{
    private readonly RunnerStreams _streams = new(TimeProvider.System);

    [Fact]
    public void Add_KeepsThemInTheOrderOfTheirRunners()
    {
        RunnerStream[] streams = [Stream("c"), Stream("a"), Stream("d"), Stream("b")];
        foreach (RunnerStream stream in streams)
            _streams.Add(stream);

        Assert.Equal(["a", "b", "c", "d"], _streams.All.Select(s => s.RunnerId));
        Assert.Same(streams[2], _streams.Find("d"));
        Assert.Null(_streams.Find("e"));
    }

    [Fact]
    public void Add_OfTheSameRunner_EndsTheConnectionBefore()
    {
        RunnerStream before = Stream("a"), other = Stream("b"), after = Stream("a");
        foreach (RunnerStream stream in new[] { before, other, after })
            _streams.Add(stream);

        Assert.NotNull(before.End);
        Assert.Equal([after, other], _streams.All);
        _streams.Remove("a", before.Epoch);
        Assert.Same(after, _streams.Find("a"));
    }

    [Fact]
    public void Remove_LeavesTheOthers()
    {
        RunnerStream[] streams = [Stream("a"), Stream("b"), Stream("c")];
        foreach (RunnerStream stream in streams)
            _streams.Add(stream);

        _streams.Remove("b", streams[1].Epoch);
        _streams.Remove("b", streams[1].Epoch);

        Assert.Equal([streams[0], streams[2]], _streams.All);
        Assert.Null(_streams.Find("b"));
    }

    [Fact]
    public void Ended_AreThoseOfWhichTheEndIsNotStored()
    {
        RunnerStream ended = Stream("a");
        _streams.Add(ended);
        _streams.Add(Stream("b"));

        ended.Close(StreamEnd.Left("a"));

        Assert.Equal([ended], _streams.Ended);
        Assert.Null(_streams.Find("a"));
        Assert.Single(_streams.All);
    }

    private RunnerStream Stream(string runnerId)
    {
        RunnerProfile profile = new()
        {
            RunnerId = runnerId,
            BootId = "boot",
            JournalId = "",
            Name = "",
            Hostname = "",
            ProjectDir = "",
            Executors = [],
            Tags = [],
            Capacity = 1,
            Version = "",
            Containment = "",
            Isolation = Isolation.None,
        };
        RunnerStream stream = _streams.Arrive(profile);
        Assert.Same(stream, _streams.TakeArrived(stream.ConnectionId));
        stream.Open(
            new RunnerMessage.Welcome(stream.ConnectionId, TimeSpan.Zero, Draining: false, [], default), new Reconciled([], [], [], 0));
        return stream;
    }
}
