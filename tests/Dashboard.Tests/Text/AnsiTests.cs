using Coordinator.Dashboard.Text;
using Coordinator.Testing.Samples;
using Coordinator.Testing.Waiting;

namespace Coordinator.Dashboard.Tests.Text;

public sealed class AnsiTests
{
    private const string Esc = "\u001B";

    [Theory]
    [InlineData("[31mred", "ansi-fg-1")]
    [InlineData("[91mbright", "ansi-fg-9")]
    [InlineData("[1;31mbold", "ansi-fg-1 ansi-bold")]
    [InlineData("[2mdim", "ansi-dim")]
    [InlineData("[3;4;9mletters", "ansi-italic ansi-underline ansi-strike")]
    [InlineData("[7minverse", "ansi-inverse")]
    [InlineData("[31;7minverse of red", "ansi-bg-1")]
    [InlineData("[31;41mred on red can be read", "ansi-bg-1")]
    [InlineData("[38;5;9m", "ansi-fg-9")]
    [InlineData("[38;5;196m", "ansi-fg-9")]
    [InlineData("[38;5;28m", "ansi-fg-2")]
    [InlineData("[38;5;244m", "ansi-fg-8")]
    [InlineData("[38;2;255;0;0m", "ansi-fg-9")]
    [InlineData("[38;2;0;0;180m", "ansi-fg-4")]
    [InlineData("[38:2::255:165:0m", "ansi-fg-11")]
    [InlineData("[38:5:28m", "ansi-fg-2")]
    [InlineData("[48;2;0;120;120m", "ansi-bg-6")]
    [InlineData("[58;5;196;31m", "ansi-fg-1")]
    [InlineData("[4:3m", "ansi-underline")]
    [InlineData("[8mconcealed text is shown", "")]
    [InlineData("[38;5m", "")]
    [InlineData("[38;5;999m", "")]
    [InlineData("[999999999999m", "")]
    [InlineData("[31m" + Esc + "[0m", "")]
    [InlineData("[31m" + Esc + "[m", "")]
    [InlineData("[1;2;31m" + Esc + "[22;39m", "")]
    public void Parse_Graphics_BecomeClasses(string sequence, string classes)
    {
        AnsiLine line = Ansi.Parse($"{Esc}{sequence}x");
        Assert.Equal(classes, Assert.Single(line.Runs).Style);
    }

    [Theory]
    [InlineData("a" + Esc + "[2Jb")]
    [InlineData("a" + Esc + "[10;5Hb")]
    [InlineData("a" + Esc + "[?25lb")]
    [InlineData("a" + Esc + "[>4;2mb")]
    [InlineData("a" + Esc + "]0;a title\u0007b")]
    [InlineData("a" + Esc + "]0;a title" + Esc + "\\b")]
    [InlineData("a" + Esc + "]8;;https://evil.example" + Esc + "\\b" + Esc + "]8;;" + Esc + "\\")]
    [InlineData("a" + Esc + "(Bb")]
    [InlineData("a" + Esc + "7b")]
    [InlineData("a" + Esc + "P1$r" + Esc + "\\b")]
    [InlineData("a\u009B31mb")]
    public void Parse_OtherSequences_AreLeftOut(string line) => Assert.Equal("ab", Text(Ansi.Parse(line)));

    [Theory]
    [InlineData(Esc + "]0;never ended, hides the rest", "␛]0;never ended, hides the rest")]
    [InlineData(Esc + "[31", "␛[31")]
    [InlineData("end" + Esc, "end␛")]
    [InlineData("10%\r100%", "10%␍100%")]
    [InlineData("secret\b\b\b\b\b\bpublic", "secret␈␈␈␈␈␈public")]
    [InlineData("crlf\r", "crlf")]
    [InlineData("abc\u202Efed", "abc⟨U+202E⟩fed")]
    public void Parse_WhatWouldHideOrOverwrite_IsShown(string line, string shown) => Assert.Equal(shown, Text(Ansi.Parse(line)));

    [Fact]
    public void Parse_NeighboursOfOneStyle_AreOneRun()
    {
        AnsiLine line = Ansi.Parse($"a{Esc}[31mb{Esc}[31mc{Esc}[0md{Esc}[Ke");
        Assert.Equal([new("a", ""), new("bc", "ansi-fg-1"), new("de", "")], line.Runs);
    }

    [Fact]
    public void Parse_LongLine_SaysHowMuchIsLeft()
    {
        AnsiLine line = Ansi.Parse(new string('x', 5_000), limit: 2_000);
        Assert.Equal(2_000, Text(line).Length);
        Assert.Equal(3_000, line.Rest);
    }

    [Fact]
    public void Parse_LimitWithinACharacter_LeavesItWhole()
    {
        AnsiLine line = Ansi.Parse("ab👍cd", limit: 3);
        Assert.Equal("ab👍", Text(line));
        Assert.Equal(2, line.Rest);
    }

    [Fact]
    public void Parse_Confetti_IsBounded()
    {
        string confetti = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{Esc}[3{i % 7}mx"));
        AnsiLine line = Ansi.Parse(confetti);
        Assert.InRange(line.Runs.Count, 1, 401);
        Assert.True(line.Rest > 0);
    }

    [Theory]
    [InlineData("\u001B[")]
    [InlineData("\u001B]")]
    [InlineData("\u001B[31m")]
    [InlineData("\u001B[1;")]
    [InlineData("\u202E")]
    [InlineData("\u009D")]
    public void Parse_MegabyteOfOneTrick_TakesNoTime(string trick)
    {
        string line = string.Concat(Enumerable.Repeat(trick, 1_000_000 / trick.Length));
        PromisedTime time = PromisedTime.Start();
        Ansi.Parse(line, limit: 2_000);
        time.Assert(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Parse_AnyLine_ShowsNothingATerminalWouldObey()
    {
        Random random = new(11);
        for (int round = 0; round < 5_000; round++)
        {
            string line = RandomText.Next(random);
            AnsiLine parsed = Ansi.Parse(line, limit: random.Next(1, 60));
            Assert.DoesNotContain(Text(parsed), c => char.IsControl(c) && c != '\t');
            Assert.All(parsed.Runs, r => Assert.NotEmpty(r.Text));
            Assert.InRange(parsed.Rest, 0, line.Length);
        }
    }

    private static string Text(AnsiLine line) => string.Concat(line.Runs.Select(r => r.Text));
}
