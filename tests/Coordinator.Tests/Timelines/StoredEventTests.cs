using Coordinator.Storage;
using Coordinator.Timelines;
using Google.Protobuf;

namespace Coordinator.Tests.Timelines;

public sealed class StoredEventTests
{
    public static TheoryData<string> Kinds =>
        [.. Proto.SessionEvent.Descriptor.Oneofs.Single(o => o.Name == "event").Fields.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void StoredEvent_TellsItsKindAndIsReadAsItWasWritten(string name)
    {
        Proto.SessionEvent item = new() { SessionId = "ses_1", RunId = "run_1", Sequence = 200, Time = new() { Seconds = 1 } };
        var field = Proto.SessionEvent.Descriptor.FindFieldByName(name);
        field.Accessor.SetValue(item, field.MessageType.Parser.ParseFrom(ByteString.Empty));

        EventChunk chunk = Assert.Single(EventChunk.Split("ses_1", [new Proto.SessionEvent { Sequence = 199 }, item]));

        List<Proto.SessionEvent> read = [];
        foreach (StoredEvent stored in chunk.EventsAfter(199))
        {
            Assert.Equal((200, item.EventCase), (stored.Sequence, stored.Kind));
            read.Add(stored.Read());
        }

        Assert.Equal(item, Assert.Single(read));
    }

    [Theory]
    [InlineData(new byte[] { 0x0a })]
    [InlineData(new byte[] { 0x0a, 0x05, 0x01 })]
    [InlineData(new byte[] { 0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 })]
    [InlineData(new byte[] { 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 })]
    [InlineData(new byte[] { 0x09, 0x01 })]
    [InlineData(new byte[] { 0x0b })]
    public void WireFields_OfDamagedBytes_SaySoAndReadNothingBeyond(byte[] damaged) => Assert.Throws<InvalidDataException>(() =>
    {
        WireFields fields = new(damaged);
        while (fields.MoveNext())
        {
            // To the end.
        }
    });

    [Fact]
    public void WireFields_ReadEveryTypeOfField()
    {
        List<(int, long, int)> read = [];
        WireFields fields = new([0x08, 0x96, 0x01, 0x11, 1, 0, 0, 0, 0, 0, 0, 0, 0x1a, 0x02, 7, 8, 0x25, 2, 0, 0, 0]);
        while (fields.MoveNext())
            read.Add((fields.Number, fields.Value, fields.Content.Length));

        Assert.Equal([(1, 150, 0), (2, 1, 0), (3, 0, 2), (4, 2, 0)], read);
    }
}
