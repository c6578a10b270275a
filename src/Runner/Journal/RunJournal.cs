using System.Buffers;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Logging;

namespace Coordinator.AgentRunner.Journal;

/// <summary>
/// Everything the runner must not forget when its process dies. Writing goes to the system's memory and waits for no
/// disk, so it may be done on the way to a stop: whatever kills the runner, the system still has what it wrote; and a
/// machine that crashes takes the agents with it.
/// </summary>
/// <remarks>
/// Invariant: an agent is spawned only after the journal said so. A claim of this journal that it does not know was
/// therefore never started; that is what its <see cref="Id"/> vouches for. When the journal cannot be written, claims
/// are refused and everything else is kept here, until <see cref="Care"/> finds room and writes it anew. Thread-safe.
/// </remarks>
internal sealed partial class RunJournal
{
    /// <summary>What a start is refused with that cannot be written.</summary>
    internal const string Full =
        "The runner cannot write its journal, without which a run could be started twice. Make room on the runner's " +
        "disk, or set Runner:DataDirectory, and start or resume the session again.";

    /// <summary>How much longer than its content a journal may get before it is written anew, in bytes.</summary>
    internal const int MaxGrowth = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly IJournalStore _store;
    private readonly RunnerClock _clock;
    private readonly ILogger _logger;
    private readonly JournalState _state = new();
    private JournalRecord.Opened _opened;
    private ArrayBufferWriter<byte>? _appendedMeanwhile;
    private long _growth;
    private long _content;
    private bool _isOpen;
    private bool _isBehind;

    private RunJournal(IJournalStore store, RunnerClock clock, JournalRecord.Opened opened, ILogger logger) =>
        (_store, _clock, _opened, _logger) = (store, clock, opened, logger);

    /// <summary>
    /// Names the journal as long as it is known to be complete; empty while nothing on disk vouches for anything.
    /// </summary>
    public string Id
    {
        get
        {
            lock (_gate)
                return _isOpen ? _opened.JournalId : "";
        }
    }

    /// <summary>What is known of every claim, the oldest of a run first.</summary>
    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _state.Entries];
        }
    }

    /// <summary>Reads what is there, and goes on with it as far as it can be trusted. Never fails.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="clock">The runner's clock.</param>
    /// <param name="machineBoot">Names this start of the machine; empty if the system does not say.</param>
    /// <param name="newId">The journal's name if it needs a new one.</param>
    /// <param name="logger">Is told once of what could not be read.</param>
    public static RunJournal Open(
        IJournalStore store, RunnerClock clock, string machineBoot, string newId, ILogger logger)
    {
        RunJournal journal = new(store, clock, new JournalRecord.Opened(newId, machineBoot), logger);
        journal.Load();
        journal.Rewrite();
        return journal;
    }

    /// <summary>A start is accepted.</summary>
    /// <returns>False if that cannot be written: it must then not be carried out.</returns>
    public bool TryClaim(RunKey key) => Append(new JournalRecord.Claimed(key), isCondition: true);

    /// <summary>Something of the run is about to be spawned.</summary>
    /// <returns>False if that cannot be written: nothing must be spawned then.</returns>
    public bool TrySpawn(RunKey key) => Append(new JournalRecord.Spawning(key), isCondition: true);

    /// <summary>The agent lives.</summary>
    public void Spawned(RunKey key, ContainerTrace trace) => Append(new JournalRecord.Spawned(key, trace));

    /// <summary>The coordinator wants the claim stopped; saying it again changes nothing.</summary>
    public void Stopped(RunKey key)
    {
        lock (_gate)
        {
            if (_state.Of(key) is { WasStopped: false, End: null })
                Append(new JournalRecord.Stopped(key));
        }
    }

    /// <summary>The claim is over; called before anybody is told.</summary>
    public void Ended(Proto.RunEnded end) => Append(new JournalRecord.Ended(end, _clock.Now));

    /// <summary>The coordinator has committed the claim's end, or it never was the coordinator's business.</summary>
    public void Settled(RunKey key) => Append(new JournalRecord.Settled(key));

    /// <summary>
    /// Writes the journal anew if it has grown or could not be written. It waits for the disk, but nobody waits for it
    /// meanwhile. To be called every now and then, by one at a time.
    /// </summary>
    public void Care()
    {
        lock (_gate)
        {
            if (!_isBehind && _growth < MaxGrowth + _content)
                return;
        }

        Rewrite();
    }

    private void Load()
    {
        byte[]? bytes;
        try
        {
            bytes = _store.Read();
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            LogUnreadable(_logger, failure.Message);
            return;
        }

        if (bytes is null)
            return;
        JournalContent content = JournalFormat.Read(bytes);
        if (content.Tail != JournalTail.Whole)
            LogTail(_logger, content.Tail, content.Records.Count);
        if (content.Records.Count == 0 || content.Records[0] is not JournalRecord.Opened opened)
            return;

        bool isSameBoot = opened.MachineBoot.Length > 0 && opened.MachineBoot == _opened.MachineBoot;
        foreach (JournalRecord record in content.Records)
        {
            // Numbers of processes mean others after a start of the machine; that something was spawned stays true.
            _state.Apply(record is JournalRecord.Spawned spawned && !isSameBoot
                ? new JournalRecord.Spawning(spawned.Key)
                : record);
        }

        if (!isSameBoot || content.Tail == JournalTail.Damaged)
            return;
        _opened = opened;
        _isOpen = content.Tail == JournalTail.Whole;
    }

    private bool Append(JournalRecord record, bool isCondition = false)
    {
        byte[] bytes = JournalFormat.Write(record);
        lock (_gate)
        {
            bool isWritten = TryAppend(bytes);
            if (!isWritten && isCondition)
                return false;
            _state.Apply(record);
            _appendedMeanwhile?.Write(bytes);
            return isWritten;
        }
    }

    private bool TryAppend(byte[] bytes)
    {
        if (_isBehind)
            return false;
        try
        {
            _store.Append(bytes);
            _growth += bytes.Length;
            return true;
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            _isBehind = true;
            LogBehind(_logger, failure.Message);
            return false;
        }
    }

    private void Rewrite()
    {
        JournalRecord[] records;
        lock (_gate)
        {
            _state.Prune(_clock.Now);
            records = [_opened, .. _state.Entries.SelectMany(entry => entry.ToRecords())];
            _appendedMeanwhile = new ArrayBufferWriter<byte>();
        }

        using MemoryStream content = new();
        foreach (JournalRecord record in records)
            content.Write(JournalFormat.Write(record));
        try
        {
            _store.Prepare(content.GetBuffer().AsSpan(0, (int)content.Length));
            lock (_gate)
                Commit(content.Length);
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            lock (_gate)
                NotRewritten(failure);
        }
    }

    private void Commit(long length)
    {
        _store.Commit(_appendedMeanwhile!.WrittenSpan);
        if (_isBehind)
            LogWrittenAgain(_logger);
        (_content, _growth) = (length, _appendedMeanwhile.WrittenCount);
        _appendedMeanwhile = null;
        (_isOpen, _isBehind) = (true, false);
    }

    private void NotRewritten(Exception failure)
    {
        _appendedMeanwhile = null;

        // A journal that is merely long goes on as it is; the next try comes when it has grown as much again.
        _growth = 0;
        if (_isOpen || _isBehind)
            return;
        _isBehind = true;
        LogBehind(_logger, failure.Message);
    }

    private static bool IsOfTheDisk(Exception failure) => failure is IOException or UnauthorizedAccessException;

    [LoggerMessage(90, LogLevel.Warning,
        "The journal could not be read ({Reason}); a new one is begun, and what the old one knew is left to the " +
        "search for processes")]
    private static partial void LogUnreadable(ILogger logger, string reason);

    [LoggerMessage(91, LogLevel.Warning, "The end of the journal is {Tail}; the {Records} records before it are kept")]
    private static partial void LogTail(ILogger logger, JournalTail tail, int records);

    [LoggerMessage(92, LogLevel.Error,
        "The journal cannot be written ({Reason}). Runs go on and can be stopped, but new ones are refused until there " +
        "is room on the disk of Runner:DataDirectory")]
    private static partial void LogBehind(ILogger logger, string reason);

    [LoggerMessage(93, LogLevel.Information, "The journal is written again")]
    private static partial void LogWrittenAgain(ILogger logger);
}
