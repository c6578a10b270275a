using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.Tests.Execution;

namespace Coordinator.AgentRunner.Tests.Journal;

public sealed class RunJournalTests : IDisposable
{
    private static readonly RunKey Key = new("run_a", 5);

    private readonly Testing.TestFiles _files = new();
    private readonly ManualTime _time = new();
    private readonly MemoryJournalStore _store = new();
    private readonly RunnerClock _clock;

    public RunJournalTests() => _clock = new RunnerClock(_time);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Open_SameStartOfTheMachine_KeepsItsName()
    {
        Assert.Equal("one", Open("one").Id);
        Assert.Equal("one", Open("two").Id);
        Assert.Equal("three", Open("three", boot: "boot-2").Id);
        Assert.Equal("four", Open("four", boot: "").Id);
        Assert.Equal("five", Open("five", boot: "").Id);
    }

    [Fact]
    public void Open_Lost_GetsANewName()
    {
        Open("one");
        _store.Content = null;

        Assert.Equal("two", Open("two").Id);
    }

    [Fact]
    public void Open_CutTail_IsCutOffAndChangesNothingElse()
    {
        RunJournal first = Open("one");
        Assert.True(first.TryClaim(Key));
        byte[] whole = _store.Content!;
        first.Stopped(Key);
        byte[] longer = _store.Content!;
        for (int length = whole.Length; length < longer.Length; length++)
        {
            _store.Content = longer[..length];

            RunJournal next = Open("two");

            Assert.Equal("one", next.Id);
            Assert.Equal((Key, true, false), Described(next));
            Assert.Equal("one", Open("three").Id);
        }
    }

    [Fact]
    public void Open_DamageInTheMiddle_KeepsWhatIsBeforeAndGetsANewName()
    {
        RunJournal first = Open("one");
        Assert.True(first.TryClaim(Key));
        int middle = _store.Content!.Length;
        first.Stopped(Key);
        Assert.True(first.TryClaim(new RunKey("run_b", 1)));
        byte[] damaged = _store.Content!;
        damaged[middle + 13] ^= 1;
        _store.Content = damaged;

        RunJournal next = Open("two");

        Assert.Equal("two", next.Id);
        Assert.Equal((Key, true, false), Described(next));
    }

    [Fact]
    public void Full_ClaimIsRefusedAndTheRestIsWrittenWhenThereIsRoom()
    {
        RunJournal journal = Open("one");
        Assert.True(journal.TryClaim(Key));
        _store.Room = 5;

        Assert.False(journal.TryClaim(new RunKey("run_b", 1)));
        Assert.False(journal.TrySpawn(Key));
        journal.Stopped(Key);
        journal.Care();
        Assert.False(journal.TryClaim(new RunKey("run_b", 1)));
        Assert.Equal((Key, true, true), Described(journal));

        _store.Room = long.MaxValue;
        journal.Care();
        Assert.True(journal.TryClaim(new RunKey("run_c", 1)));

        RunJournal next = Open("two");
        Assert.Equal("one", next.Id);
        Assert.Equal(["run_c", "run_a"], next.Entries.Select(entry => entry.Key.RunId));
        Assert.True(next.Entries[1].WasStopped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    public void Full_KilledBeforeThereIsRoom_NextLifeStillTrustsIt(int room)
    {
        RunJournal journal = Open("one");
        Assert.True(journal.TryClaim(Key));
        _store.Room = room;
        Assert.False(journal.TryClaim(new RunKey("run_b_with_a_name_that_is_long", 1)));
        _store.Room = long.MaxValue;

        RunJournal next = Open("two");

        Assert.Equal("one", next.Id);
        Assert.Equal((Key, true, false), Described(next));
    }

    [Fact]
    public void Full_FromTheBeginning_VouchesForNothingUntilThereIsRoom()
    {
        _store.Room = 0;
        RunJournal journal = Open("one");
        Assert.Equal("", journal.Id);
        Assert.False(journal.TryClaim(Key));

        _store.Room = long.MaxValue;
        journal.Care();

        Assert.Equal("one", journal.Id);
        Assert.True(journal.TryClaim(Key));
    }

    [Fact]
    public void Care_JournalHasGrown_IsWrittenAnewWithWhatCameMeanwhile()
    {
        RunJournal journal = Open("one");
        Grow(journal);
        int replacements = _store.Replacements;
        int length = _store.Content!.Length;
        _store.Meanwhile = () => Assert.True(journal.TryClaim(Key));

        journal.Care();
        journal.Care();

        Assert.Equal(replacements + 1, _store.Replacements);
        Assert.InRange(_store.Content!.Length, 1, length / 100);
        Assert.Equal((Key, true, false), Described(Open("two")));
    }

    [Fact]
    public void Care_NoRoomForTheNewOne_GoesOnWithTheOld()
    {
        RunJournal journal = Open("one");
        Grow(journal);
        _store.Room = 100;
        journal.Care();
        _store.Room = long.MaxValue;

        Assert.True(journal.TryClaim(Key));

        Assert.Equal((Key, true, false), Described(Open("two")));
    }

    [Fact]
    public void Stopped_Repeated_IsWrittenOnce()
    {
        RunJournal journal = Open("one");
        journal.Stopped(Key);
        int length = _store.Content!.Length;

        journal.Stopped(Key);

        Assert.Equal(length, _store.Content!.Length);
    }

    [Fact]
    public void Tombstones_AreKeptForAnHourWithoutTheirResult()
    {
        RunJournal journal = Open("one");
        journal.Ended(End("run_a"));
        journal.Settled(new RunKey("run_a", 1));
        journal.Ended(End("run_b"));
        _time.Advance(Tombstones.KeptFor - TimeSpan.FromSeconds(1));

        Assert.Equal(["", "result"], Open("two").Entries.OrderBy(entry => entry.Key.RunId).Select(entry => entry.End!.ResultText));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["run_b"], Open("three").Entries.Select(entry => entry.Key.RunId));
    }

    [Fact]
    public void Tombstones_MoreThanTheLimit_KeepTheNewest()
    {
        RunJournal journal = Open("one");
        for (int i = 0; i < Tombstones.Limit + 3; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            journal.Ended(End($"run_{i}"));
            journal.Settled(new RunKey($"run_{i}", 1));
        }

        HashSet<string> kept = [.. Open("two").Entries.Select(entry => entry.Key.RunId)];

        Assert.Equal(Tombstones.Limit, kept.Count);
        Assert.DoesNotContain("run_2", kept);
        Assert.Contains("run_3", kept);
    }

    [Fact]
    public void File_IsReadBackByTheNextLife()
    {
        string path = _files.At("journal");
        using (FileJournalStore store = new(path))
        {
            RunJournal journal = Journals.Open(_clock, store, newId: "one");
            Assert.True(journal.TryClaim(Key));
            Grow(journal);
            journal.Care();
            journal.Stopped(Key);
        }

        Assert.InRange(new FileInfo(path).Length, 1, 1000);
        using FileJournalStore again = new(path);
        RunJournal next = Journals.Open(_clock, again, newId: "two");
        Assert.Equal("one", next.Id);
        Assert.Equal((Key, true, true), Described(next));
        Assert.Equal([path], Directory.EnumerateFiles(_files.Root));
    }

    [Fact]
    public void File_TailIsCut_IsWrittenOver()
    {
        string path = _files.At("journal");
        using (FileJournalStore store = new(path))
            Assert.True(Journals.Open(_clock, store, newId: "one").TryClaim(Key));
        using (FileStream file = File.OpenWrite(path))
            file.SetLength(file.Length - 3);

        using (FileJournalStore store = new(path))
        {
            RunJournal journal = Journals.Open(_clock, store, newId: "two");
            Assert.Equal("one", journal.Id);
            Assert.Empty(journal.Entries);
            Assert.True(journal.TryClaim(Key));
        }

        using FileJournalStore last = new(path);
        Assert.Equal((Key, true, false), Described(Journals.Open(_clock, last, newId: "three")));
    }

    [Fact]
    public void File_CannotBeWritten_IsNoFailure()
    {
        using FileJournalStore store = new(Path.Combine(_files.Root, "no", "such", "directory", "journal"));
        RunJournal journal = Journals.Open(_clock, store);

        Assert.False(journal.TryClaim(Key));
        Assert.Equal("", journal.Id);
    }

    private RunJournal Open(string newId, string boot = Journals.Boot) => Journals.Open(_clock, _store, boot, newId);

    /// <summary>Writes more than a journal may grow, of which nothing stays.</summary>
    private static void Grow(RunJournal journal)
    {
        RunKey key = new("run_gone", 1);
        ContainerTrace trace = new() { CgroupPath = new string('x', RunJournal.MaxGrowth) };
        journal.Spawned(key, trace);
        journal.Settled(key);
    }

    private static Proto.RunEnded End(string runId) => new()
    {
        Header = new Proto.ReportHeader { RunId = runId, Epoch = 1, Sequence = 1 },
        ResultText = "result",
    };

    private static (RunKey Key, bool IsClaimed, bool WasStopped) Described(RunJournal journal)
    {
        JournalEntry entry = Assert.Single(journal.Entries);
        return (entry.Key, entry.IsClaimed, entry.WasStopped);
    }
}
