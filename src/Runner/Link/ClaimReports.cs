namespace Coordinator.AgentRunner.Link;

/// <summary>
/// The reports of one claim in order: those that were sent, then those that were not. The outbox's lock guards it.
/// </summary>
internal sealed class ClaimReports
{
    private readonly List<KeptReport> _kept = [];
    private int _sent;
    private int _eventBytes;
    private int _unsentLifecycle;
    private long _lastSequence;

    /// <summary>The last report of the claim was posted.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Nobody takes reports of the claim any more.</summary>
    public bool IsDiscarded { get; private set; }

    /// <summary>Nobody waits for room any more.</summary>
    public bool IsHurried { get; set; }

    /// <summary>In which line of the outbox the claim stands.</summary>
    public SendLine Line { get; set; }

    public bool IsEmpty => _kept.Count == 0;

    /// <summary>The number of the next report.</summary>
    public long NextSequence => _lastSequence + 1;

    public SendLine WantedLine =>
        _unsentLifecycle > 0 ? SendLine.Urgent : _sent < _kept.Count ? SendLine.Ordinary : SendLine.None;

    /// <summary>A claim always has room for one report, however large.</summary>
    public bool HasRoom(int bytes) => _eventBytes == 0 || _eventBytes + bytes <= ReportOutbox.MaxEventBytes;

    public void Add(Proto.RunnerFrame frame, Proto.ReportHeader header, int eventBytes)
    {
        // A report from an earlier life keeps its number.
        if (header.Sequence == 0)
            header.Sequence = NextSequence;
        _lastSequence = header.Sequence;
        HasEnded |= frame.FrameCase == Proto.RunnerFrame.FrameOneofCase.RunEnded;
        _kept.Add(new KeptReport(frame, header.Sequence, eventBytes));
        _eventBytes += eventBytes;
        if (eventBytes == 0)
            _unsentLifecycle++;
    }

    public Proto.RunnerFrame? TakeNext()
    {
        if (_sent == _kept.Count)
            return null;
        KeptReport next = _kept[_sent++];
        if (!next.IsEvents)
            _unsentLifecycle--;
        return next.Frame;
    }

    /// <summary>A new connection: everything is to be sent again.</summary>
    public void Rewind()
    {
        _sent = 0;
        _unsentLifecycle = _kept.Count(one => !one.IsEvents);
    }

    /// <summary>Forgets up to the number, whether it was sent on this connection or on an earlier one.</summary>
    public void Acknowledge(long sequence)
    {
        int done = 0;
        while (done < _kept.Count && _kept[done].Sequence <= sequence)
        {
            _eventBytes -= _kept[done].EventBytes;
            if (done >= _sent && !_kept[done].IsEvents)
                _unsentLifecycle--;
            done++;
        }

        _kept.RemoveRange(0, done);
        _sent = Math.Max(0, _sent - done);
    }

    public void Discard()
    {
        IsDiscarded = true;
        _kept.Clear();
        (_sent, _eventBytes, _unsentLifecycle) = (0, 0, 0);
    }
}
