using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Tests.Journal;

public sealed class JournalFormatTests
{
    private static readonly RunKey Key = new("run_a", 5);

    private static readonly JournalRecord[] Records =
    [
        new JournalRecord.Opened("journal", "boot"),
        new JournalRecord.Claimed(Key),
        new JournalRecord.Spawning(Key),
        new JournalRecord.Spawned(Key, new ContainerTrace
        {
            Processes = [new ProcessIdentity(12, ulong.MaxValue), new ProcessIdentity(13, 4)],
            CgroupDirectory = "/sys/fs/cgroup/ü",
            CgroupPath = "/ü",
        }),
        new JournalRecord.Spawned(Key, new ContainerTrace { Processes = [new ProcessIdentity(14, 5)], UserId = 60_001 }),
        new JournalRecord.Stopped(Key),
        new JournalRecord.Ended(
            new Proto.RunEnded { Header = Key.NewHeader(), Outcome = Proto.RunOutcome.Exited, ResultText = "done" },
            new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero)),
        new JournalRecord.Settled(Key),
    ];

    [Fact]
    public void Records_ComeBackAsTheyWere()
    {
        JournalContent content = JournalFormat.Read(Whole());

        Assert.Equal(JournalTail.Whole, content.Tail);
        Assert.Equal(Records.Length, content.Records.Count);
        Assert.Equivalent(Records, content.Records, strict: true);
        Assert.Equal(
            ((JournalRecord.Spawned)Records[3]).Trace.Processes, ((JournalRecord.Spawned)content.Records[3]).Trace.Processes);
    }

    [Fact]
    public void CutAtEveryByte_KeepsEveryWholeRecordAndNothingElse()
    {
        byte[] whole = Whole();
        int[] ends = Ends();
        for (int length = 0; length < whole.Length; length++)
        {
            JournalContent content = JournalFormat.Read(whole.AsSpan(0, length));

            Assert.Equal(ends.Count(end => end <= length), content.Records.Count);
            Assert.Equal(length == 0 || ends.Contains(length) ? JournalTail.Whole : JournalTail.Cut, content.Tail);
        }
    }

    [Fact]
    public void AnyBitFlipped_IsDamageFromThatRecordOn()
    {
        byte[] whole = Whole();
        int[] ends = Ends();
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            JournalContent content = JournalFormat.Read(damaged);

            Assert.Equal(JournalTail.Damaged, content.Tail);
            Assert.Equal(ends.Count(end => end <= bit / 8), content.Records.Count);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0xff)]
    [InlineData('x')]
    public void GarbageAtTheEnd_KeepsWhatIsBefore(int garbage)
    {
        byte[] whole = [.. Whole(), .. Enumerable.Repeat((byte)garbage, 100)];

        JournalContent content = JournalFormat.Read(whole);

        Assert.Equal((Records.Length, JournalTail.Damaged), (content.Records.Count, content.Tail));
    }

    [Fact]
    public void RandomBytes_AreNeverAFailure()
    {
        Random random = new(4711);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Assert.Empty(JournalFormat.Read(bytes).Records);
        }
    }

    private static byte[] Whole() => [.. Records.SelectMany(JournalFormat.Write)];

    /// <summary>Where each record ends.</summary>
    private static int[] Ends()
    {
        int end = 0;
        return [.. Records.Select(record => end += JournalFormat.Write(record).Length)];
    }
}
