using System.Text;
using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Primitives;

namespace Coordinator.AgentRunner.Tests.Execution;

public sealed class LineSplitterTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("\n\n", "|")]
    [InlineData("a\nb", "a|b")]
    [InlineData("grüße 🦊\nend", "grüße 🦊|end")]
    [InlineData("", "")]
    public void Lines_AnyChunking_AreTheSame(string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int chunk = 1; chunk <= Math.Max(1, bytes.Length); chunk++)
            Assert.Equal(expected, string.Join('|', Split(bytes, chunk, maxLineBytes: 1000).Select(line => line.Text)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Line_TooLong_IsCutAndTheRestCounted(int chunk)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("0123456789\nok\n01234567");

        Assert.Equal([("01234", 5), ("ok", 0), ("01234", 3)], Split(bytes, chunk, maxLineBytes: 5));
    }

    [Fact]
    public void Line_OfAHundredMegabytes_CostsNoMemory()
    {
        LineSplitter splitter = new(64 * 1024);
        byte[] chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)'x');
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1600; i++)
        {
            ReadOnlySpan<byte> input = chunk;
            Assert.False(splitter.TryTake(ref input, out _));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
        OutputLine line = splitter.TakeRest();
        Assert.Equal((64 * 1024, (1600L - 1) * 64 * 1024), (line.Text.Length, line.TruncatedBytes));
    }

    [Theory]
    [InlineData("\r10 %\r100 %\n", "100 %", 4)]
    [InlineData("10 %\r100 %\r\n", "100 %", 4)]
    [InlineData("100 %\r\r\n", "100 %", 0)]
    [InlineData("\r\r\n", "", 0)]
    [InlineData("ab\r\rcd\r\re", "e", 4)]
    [InlineData("0123456789\rab", "ab", 10)]
    [InlineData("ab\r0123456789\n", "01234567", 2)]
    public void Line_BegunAnew_IsItsNewestState(string text, string expected, long overwritten)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int chunk = 1; chunk <= bytes.Length; chunk++)
        {
            List<(string Text, long Overwritten)> lines = [];
            LineSplitter splitter = new(maxLineBytes: 8, overwrites: true);
            for (int i = 0; i < bytes.Length; i += chunk)
            {
                ReadOnlySpan<byte> input = bytes.AsSpan(i, Math.Min(chunk, bytes.Length - i));
                while (splitter.TryTake(ref input, out OutputLine line))
                    lines.Add((Encoding.UTF8.GetString(line.Text), line.OverwrittenBytes));
            }

            if (splitter.HasRest)
            {
                OutputLine rest = splitter.TakeRest();
                lines.Add((Encoding.UTF8.GetString(rest.Text), rest.OverwrittenBytes));
            }

            Assert.Equal([(expected, overwritten)], lines);
        }
    }

    [Fact]
    public void Line_OfManyStates_HoldsOneOfThem()
    {
        LineSplitter splitter = new(64 * 1024, overwrites: true);
        byte[] state = Encoding.UTF8.GetBytes("\r" + new string('x', 100));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            ReadOnlySpan<byte> input = state;
            Assert.False(splitter.TryTake(ref input, out _));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        OutputLine line = splitter.TakeRest();
        Assert.Equal((100, 9_999_900, 0), (line.Text.Length, line.OverwrittenBytes, line.TruncatedBytes));
    }

    /// <summary>
    /// Random text with characters of every length and some bytes that are none, in random chunks, with a look at the
    /// unfinished line wherever there is one.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pieces_AtRandomPlaces_CutNoCharacter(bool hasBrokenBytes)
    {
        string[] characters = ["a", "é", "語", "🚀", "\n", "\r\n"];
        byte[][] broken = [[0xff], [0xe8, 0xaa], [0x80], [0xf0, 0x9f, 0x9a]];
        for (int seed = 0; seed < 2_000; seed++)
        {
            Random random = new(seed);
            List<byte> text = [];
            for (int i = random.Next(60); i > 0; i--)
            {
                text.AddRange(hasBrokenBytes && random.Next(10) == 0
                    ? broken[random.Next(broken.Length)]
                    : Encoding.UTF8.GetBytes(characters[random.Next(characters.Length)]));
            }

            byte[] bytes = [.. text];
            string expected = Encoding.UTF8.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal);
            Assert.Equal(expected, InPieces(bytes, random, maxLineBytes: 1_000));
        }
    }

    /// <summary>What does not fit is missing in whole characters, and counted to the byte.</summary>
    [Fact]
    public void Pieces_OfALineThatIsTooLong_CutNoCharacterAndCountTheRest()
    {
        string[] characters = ["a", "é", "語", "🚀"];
        for (int seed = 0; seed < 2_000; seed++)
        {
            Random random = new(seed);
            byte[] bytes = Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => characters[random.Next(characters.Length)])));
            long missing = 0;
            string shown = InPieces(bytes, random, maxLineBytes: 4 + random.Next(20), truncated => missing += truncated);

            Assert.DoesNotContain('\ufffd', shown);
            Assert.Equal(bytes.Length, Encoding.UTF8.GetByteCount(shown) + missing);
        }
    }

    private static string InPieces(byte[] bytes, Random random, int maxLineBytes, Action<long>? onTruncated = null)
    {
        StringBuilder shown = new();
        LineSplitter splitter = new(maxLineBytes, overwrites: true);
        for (int i = 0; i < bytes.Length;)
        {
            int length = random.Next(1, Math.Min(7, bytes.Length - i + 1));
            ReadOnlySpan<byte> input = bytes.AsSpan(i, length);
            i += length;
            while (splitter.TryTake(ref input, out OutputLine line))
            {
                Show(line);
                shown.Append('\n');
            }

            if (splitter.HasPiece && random.Next(2) == 0)
                Show(splitter.TakePiece());
        }

        if (splitter.HasRest)
            Show(splitter.TakeRest());
        return shown.ToString();

        void Show(OutputLine line)
        {
            shown.Append(Encoding.UTF8.GetString(line.Text));
            onTruncated?.Invoke(line.TruncatedBytes);
        }
    }

    private static List<(string Text, long Truncated)> Split(byte[] bytes, int chunk, int maxLineBytes)
    {
        LineSplitter splitter = new(maxLineBytes);
        List<(string, long)> lines = [];
        for (int i = 0; i < bytes.Length; i += chunk)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(i, Math.Min(chunk, bytes.Length - i));
            while (splitter.TryTake(ref input, out OutputLine line))
                lines.Add((Encoding.UTF8.GetString(line.Text), line.TruncatedBytes));
        }

        if (splitter.HasRest)
        {
            OutputLine rest = splitter.TakeRest();
            lines.Add((Encoding.UTF8.GetString(rest.Text), rest.TruncatedBytes));
        }

        return lines;
    }
}
