using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Primitives;
using Google.Protobuf;

namespace Coordinator.AgentRunner.Journal;

/// <summary>
/// How records lie in a journal: a length, a checksum of that length, a checksum of the content, the content. The
/// length has a checksum of its own so that a record that is merely unfinished, as a write that was cut leaves it, can
/// be told from one that is damaged. Numbers are little-endian.
/// </summary>
internal static class JournalFormat
{
    private const int HeaderLength = 12;

    private enum Kind : byte
    {
        Opened = 1,
        Claimed = 2,
        Spawning = 3,
        Spawned = 4,
        Stopped = 5,
        Ended = 6,
        Settled = 7,
        SpawnedAsUser = 8,
    }

    public static byte[] Write(JournalRecord record)
    {
        using MemoryStream memory = new();
        memory.SetLength(HeaderLength);
        memory.Position = HeaderLength;
        using (BinaryWriter writer = new(memory, Encoding.UTF8, leaveOpen: true))
            Write(writer, record);

        byte[] bytes = memory.ToArray();
        Span<byte> header = bytes.AsSpan(0, HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(header, bytes.Length - HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum(header[..4]));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Checksum(bytes.AsSpan(HeaderLength)));
        return bytes;
    }

    public static JournalContent Read(ReadOnlySpan<byte> journal)
    {
        List<JournalRecord> records = [];
        for (ReadOnlySpan<byte> rest = journal; rest.Length > 0;)
        {
            if (rest.Length < HeaderLength)
                return new JournalContent(records, JournalTail.Cut);
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length < 0 || BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) != Checksum(rest[..4]))
                return new JournalContent(records, JournalTail.Damaged);
            if (length > rest.Length - HeaderLength)
                return new JournalContent(records, JournalTail.Cut);

            ReadOnlySpan<byte> content = rest.Slice(HeaderLength, length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]) != Checksum(content) || Parse(content) is not { } record)
                return new JournalContent(records, JournalTail.Damaged);
            records.Add(record);
            rest = rest[(HeaderLength + length)..];
        }

        return new JournalContent(records, JournalTail.Whole);
    }

    private static void Write(BinaryWriter writer, JournalRecord record)
    {
        switch (record)
        {
            case JournalRecord.Opened opened:
                writer.Write((byte)Kind.Opened);
                writer.Write(opened.JournalId);
                writer.Write(opened.MachineBoot);
                break;
            case JournalRecord.Claimed claimed:
                Write(writer, Kind.Claimed, claimed.Key);
                break;
            case JournalRecord.Spawning spawning:
                Write(writer, Kind.Spawning, spawning.Key);
                break;
            case JournalRecord.Spawned spawned:
                Write(writer, spawned.Trace.UserId is null ? Kind.Spawned : Kind.SpawnedAsUser, spawned.Key);
                if (spawned.Trace.UserId is { } user)
                    writer.Write(user);
                Write(writer, spawned.Trace);
                break;
            case JournalRecord.Stopped stopped:
                Write(writer, Kind.Stopped, stopped.Key);
                break;
            case JournalRecord.Ended ended:
                writer.Write((byte)Kind.Ended);
                writer.Write(ended.At.UtcTicks);
                writer.Write(ended.End.ToByteArray());
                break;
            case JournalRecord.Settled settled:
                Write(writer, Kind.Settled, settled.Key);
                break;
        }
    }

    private static void Write(BinaryWriter writer, Kind kind, RunKey key)
    {
        writer.Write((byte)kind);
        writer.Write(key.RunId);
        writer.Write(key.Epoch);
    }

    private static void Write(BinaryWriter writer, ContainerTrace trace)
    {
        writer.Write(trace.CgroupDirectory);
        writer.Write(trace.CgroupPath);
        foreach (ProcessIdentity process in trace.Processes)
        {
            writer.Write(process.Id);
            writer.Write(process.StartTime);
        }
    }

    /// <summary>Null for content that another version of the runner wrote.</summary>
    private static JournalRecord? Parse(ReadOnlySpan<byte> content)
    {
        using MemoryStream memory = new(content.ToArray());
        using BinaryReader reader = new(memory, Encoding.UTF8);
        try
        {
            return (Kind)reader.ReadByte() switch
            {
                Kind.Opened => new JournalRecord.Opened(reader.ReadString(), reader.ReadString()),
                Kind.Claimed => new JournalRecord.Claimed(ReadKey(reader)),
                Kind.Spawning => new JournalRecord.Spawning(ReadKey(reader)),
                Kind.Spawned => new JournalRecord.Spawned(ReadKey(reader), ReadTrace(reader, null)),
                Kind.SpawnedAsUser => new JournalRecord.Spawned(ReadKey(reader), ReadTrace(reader, reader.ReadUInt32())),
                Kind.Stopped => new JournalRecord.Stopped(ReadKey(reader)),
                Kind.Ended => ReadEnded(reader),
                Kind.Settled => new JournalRecord.Settled(ReadKey(reader)),
                _ => null,
            };
        }
        catch (Exception failure)
            when (failure is IOException or FormatException or ArgumentException or InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static RunKey ReadKey(BinaryReader reader) => new(reader.ReadString(), reader.ReadInt64());

    private static ContainerTrace ReadTrace(BinaryReader reader, uint? user)
    {
        string directory = reader.ReadString();
        string path = reader.ReadString();
        List<ProcessIdentity> processes = [];
        while (reader.BaseStream.Position < reader.BaseStream.Length)
            processes.Add(new ProcessIdentity(reader.ReadInt32(), reader.ReadUInt64()));
        return new ContainerTrace { CgroupDirectory = directory, CgroupPath = path, Processes = processes, UserId = user };
    }

    private static JournalRecord.Ended? ReadEnded(BinaryReader reader)
    {
        DateTimeOffset at = new(reader.ReadInt64(), TimeSpan.Zero);
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        Proto.RunEnded end = Proto.RunEnded.Parser.ParseFrom(reader.ReadBytes((int)left));
        return end.Header is null ? null : new JournalRecord.Ended(end, at);
    }

    /// <summary>CRC-32C.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint checksum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte one in bytes)
            checksum = BitOperations.Crc32C(checksum, one);
        return ~checksum;
    }
}
