using System.Text;
using Coordinator.AgentRunner.Execution;

namespace Coordinator.AgentRunner.Tests.Execution;

public sealed class OutputTailTests
{
    private readonly OutputTail _tail = new();

    [Fact]
    public void Nothing_IsEmpty() => Assert.Equal("", _tail.ToString());

    [Fact]
    public void Short_IsThereWithoutTheSpaceAroundIt()
    {
        Add("\n  one\r\ntwo\tthree \n\n");

        Assert.Equal("one\ntwo\tthree", _tail.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(3_999)]
    [InlineData(9_000)]
    public void Long_IsItsLastThousandCharacters(int atATime)
    {
        string text = string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i} ")).Trim();
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < bytes.Length; i += atATime)
            _tail.Add(bytes.AsSpan(i, Math.Min(atATime, bytes.Length - i)));

        Assert.Equal(text[^1000..], _tail.ToString());
    }

    [Fact]
    public void Characters_AreNeverCutInTwo()
    {
        Add("x" + string.Concat(Enumerable.Repeat("\U0001F600", 1500)));

        Assert.Equal(string.Concat(Enumerable.Repeat("\U0001F600", 500)), _tail.ToString());

        Add("y");
        Assert.Equal(string.Concat(Enumerable.Repeat("\U0001F600", 499)) + "y", _tail.ToString());
    }

    [Fact]
    public void WhatIsNoTextOrControlsATerminal_IsReplaced()
    {
        _tail.Add([0x1b, (byte)'[', (byte)'3', (byte)'1', (byte)'m', 0xff, (byte)'x', 0x07, 0x00]);

        Assert.Equal("\uFFFD[31m\uFFFDx\uFFFD\uFFFD", _tail.ToString());
    }

    private void Add(string text) => _tail.Add(Encoding.UTF8.GetBytes(text));
}
