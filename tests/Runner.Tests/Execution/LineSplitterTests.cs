using System.Text;
using Coordinator.AgentRunner.Execution;

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
            Assert.False(splitter.TryTake(ref input, out _, out _));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
        splitter.TakePartial(out ReadOnlySpan<byte> line, out long truncated);
        Assert.Equal((64 * 1024, (1600L - 1) * 64 * 1024), (line.Length, truncated));
    }

    private static List<(string Text, long Truncated)> Split(byte[] bytes, int chunk, int maxLineBytes)
    {
        LineSplitter splitter = new(maxLineBytes);
        List<(string, long)> lines = [];
        for (int i = 0; i < bytes.Length; i += chunk)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(i, Math.Min(chunk, bytes.Length - i));
            while (splitter.TryTake(ref input, out ReadOnlySpan<byte> line, out long truncated))
                lines.Add((Encoding.UTF8.GetString(line), truncated));
        }

        if (splitter.HasPartial)
        {
            splitter.TakePartial(out ReadOnlySpan<byte> rest, out long truncated);
            lines.Add((Encoding.UTF8.GetString(rest), truncated));
        }

        return lines;
    }
}
