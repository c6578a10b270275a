using System.Text;
using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Tests.Executors;

public sealed class BoundedTextTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("x", 65_536)]
    [InlineData("ü", 32_768)]
    [InlineData("🦊", 16_384)]
    public void Decode_WhatFits_IsWhole(string character, int count)
    {
        string text = string.Concat(Enumerable.Repeat(character, count));
        byte[] bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal(text, BoundedText.Decode(bytes, out int decoded));
        Assert.Equal(bytes.Length, decoded);
    }

    [Fact]
    public void Decode_CharacterOnTheBound_IsLeftOutWhole()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("🦊", 20_000)));

        string text = BoundedText.Decode(bytes, out int decoded);

        Assert.DoesNotContain('\ufffd', text);
        Assert.Equal(1 + (16_383 * 4), decoded);
        Assert.Equal(decoded, Encoding.UTF8.GetByteCount(text));
    }

    [Fact]
    public void Decode_CharacterThatOnlyBegins_IsReplaced()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(new string('x', BoundedText.MaxTextBytes - 2) + "🦊");

        string text = BoundedText.Decode(bytes.AsSpan(0, BoundedText.MaxTextBytes - 1), out int decoded);
        string whole = BoundedText.Decode([(byte)'x', 0xe2, 0x82], out _);

        Assert.EndsWith("xx", text, StringComparison.Ordinal);
        Assert.Equal(BoundedText.MaxTextBytes - 2, decoded);
        Assert.Equal("x\ufffd", whole);
    }

    [Fact]
    public void Decode_WhatIsNotUtf8_GrowsOnlyToTheBound()
    {
        byte[] bytes = new byte[BoundedText.MaxTextBytes];
        Array.Fill(bytes, (byte)0xff);

        string text = BoundedText.Decode(bytes, out int decoded);

        Assert.Equal(BoundedText.MaxTextBytes / 3, text.Length);
        Assert.Equal(BoundedText.MaxTextBytes / 3, decoded);
    }

    [Theory]
    [InlineData("short", "short")]
    [InlineData("exactly thirty bytes of ASCII!", "exactly thirty bytes of ASCII!")]
    [InlineData("ünd this has more than thirty b", "ünd this \n[22 bytes cut here]")]
    public void Cut_AtThirtyBytes(string text, string expected) => Assert.Equal(expected, BoundedText.Cut(text, 30));
}
