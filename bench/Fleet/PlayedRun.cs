using System.Threading.Channels;

namespace Coordinator.Bench.Fleet;

/// <summary>A run that a played runner was given.</summary>
internal sealed class PlayedRun(Proto.StartRun start)
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _acknowledgements =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private long _sequence;
    private long _events;
    private long _acknowledged;

    public string SessionId => start.SessionId;

    public string RunId => start.RunId;

    /// <summary>Completes when the coordinator has its end on disk.</summary>
    public Task Settled => _settled.Task;

    /// <summary>The number of its newest report.</summary>
    public long Reported => _sequence;

    /// <summary>The number of the newest report that the coordinator has on disk.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>As a runner says that it has it.</summary>
    public Proto.HeldRun ToHello() => new() { RunId = start.RunId, Epoch = start.Epoch, State = Proto.HeldRunState.Running };

    /// <summary>For its next report.</summary>
    public Proto.ReportHeader NextHeader() => new() { RunId = start.RunId, Epoch = start.Epoch, Sequence = ++_sequence };

    /// <summary>The number of the first of some events.</summary>
    public long Number(int events)
    {
        long first = _events + 1;
        _events += events;
        return first;
    }

    /// <summary>The coordinator has everything up to a number on disk.</summary>
    public void Acknowledge(long sequence)
    {
        Interlocked.Exchange(ref _acknowledged, sequence);
        _acknowledgements.Writer.TryWrite(true);
    }

    /// <summary>Returns when no more than so many reports are on their way. For one caller at a time.</summary>
    public async Task RoomAsync(int underWay)
    {
        while (Reported - Acknowledged > underWay)
            await _acknowledgements.Reader.ReadAsync();
    }

    /// <summary>The coordinator has everything up to a number.</summary>
    /// <returns>Whether that is everything there will be; to be asked once its end was reported.</returns>
    public bool IsSettledBy(long sequence)
    {
        if (sequence < _sequence)
            return false;
        _settled.TrySetResult();
        return true;
    }
}
