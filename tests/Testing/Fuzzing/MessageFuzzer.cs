using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Coordinator.Testing.Fuzzing;

/// <summary>Makes messages that nobody would send, and damages those that somebody would.</summary>
/// <param name="random">Decides; the same one makes the same messages.</param>
/// <param name="words">Texts that mean something to whoever reads the messages, such as ids.</param>
public sealed class MessageFuzzer(Random random, params IReadOnlyList<string> words)
{
    private const int MaxDepth = 4;
    private const int LongText = 5_000;
    private const int HugeText = 16 * 1024 * 1024;
    private const int LongTextsForOneHuge = 200;

    private static readonly long[] Numbers = [0, 1, -1, 2, 7, 1000, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];

    private static readonly string[] OddTexts = ["", " ", "\0", "a\nb", "../../etc/passwd", "‮abc", "😀", "'; DROP TABLE Runs; --", "%s%n", "{\"a\":1}"];

    /// <summary>A message with some of its fields set, to anything.</summary>
    public IMessage Any(MessageDescriptor type, int depth = 0)
    {
        IMessage message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (FieldDescriptor field in type.Fields.InDeclarationOrder())
        {
            if (random.Next(3) > 0)
                Fill(message, field, depth);
        }

        return message;
    }

    /// <summary>The bytes with some of them changed, doubled, left out or added.</summary>
    public byte[] Damage(byte[] bytes)
    {
        List<byte> damaged = [.. bytes];
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int at = random.Next(damaged.Count + 1);
            switch (random.Next(4))
            {
                case 0 when at < damaged.Count:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveRange(at, random.Next(damaged.Count - at + 1));
                    break;
                case 2:
                    damaged.InsertRange(at, damaged.GetRange(0, random.Next(damaged.Count + 1)));
                    break;
                default:
                    damaged.InsertRange(at, Noise(random.Next(20)));
                    break;
            }
        }

        return [.. damaged];
    }

    /// <summary>Bytes that mean nothing.</summary>
    public byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    private void Fill(IMessage message, FieldDescriptor field, int depth)
    {
        if (field.FieldType == FieldType.Message && depth >= MaxDepth)
            return;
        if (field.IsMap)
            ((IDictionary)field.Accessor.GetValue(message))[Value(field.MessageType.Fields[1], depth)] = Value(field.MessageType.Fields[2], depth);
        else if (field.IsRepeated)
            AddSome((IList)field.Accessor.GetValue(message), field, depth);
        else
            field.Accessor.SetValue(message, Value(field, depth));
    }

    private void AddSome(IList list, FieldDescriptor field, int depth)
    {
        for (int i = random.Next(4); i > 0; i--)
            list.Add(Value(field, depth));
    }

    private object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String => Text(),
        FieldType.Bytes => ByteString.CopyFrom(Noise(random.Next(50))),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Double => random.NextDouble() * 1e300,
        FieldType.Float => (float)random.NextDouble(),
        FieldType.Enum => random.Next(-1, 12),
        FieldType.Message or FieldType.Group => Any(field.MessageType, depth + 1),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => unchecked((int)Number()),
        FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)Number()),
        FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)Number()),
        _ => Number(),
    };

    private long Number() => random.Next(4) == 0 ? random.NextInt64() : Numbers[random.Next(Numbers.Length)];

    private string Text() => random.Next(4) switch
    {
        0 => OddTexts[random.Next(OddTexts.Length)],
        1 when random.Next(4) == 0 => new string('x', random.Next(random.Next(LongTextsForOneHuge) == 0 ? HugeText : LongText)),
        _ when words.Count > 0 => words[random.Next(words.Count)],
        _ => "word",
    };
}
