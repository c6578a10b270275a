using Coordinator.Client.Text;
using Coordinator.Testing.Samples;

namespace Coordinator.Client.Tests.Text;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("tab\there", "tab\there")]
    [InlineData("Grüße, 世界, שלום, مرحبا, 👍🏽", "Grüße, 世界, שלום, مرحبا, 👍🏽")]
    [InlineData("a\0b\u001B[31m\u007F", "a␀b␛[31m␡")]
    [InlineData("one\r\ntwo", "one␍␊two")]
    [InlineData("invoice\u202Efdp.exe", "invoice⟨U+202E⟩fdp.exe")]
    [InlineData("\u2066x\u2069\u200E", "⟨U+2066⟩x⟨U+2069⟩⟨U+200E⟩")]
    [InlineData("pay\u200Bpal\uFEFF", "pay⟨U+200B⟩pal⟨U+FEFF⟩")]
    [InlineData("\u0085\u009B", "⟨U+0085⟩⟨U+009B⟩")]
    public void Line_HostileText_IsWrittenOut(string text, string shown) => Assert.Equal(shown, SafeText.Line(text));

    [Fact]
    public void Line_TagCharacters_AreWrittenOut() => Assert.Equal("a⟨U+E0041⟩⟨U+E007F⟩b", SafeText.Line("a\U000E0041\U000E007Fb"));

    [Theory]
    [InlineData("می\u200Cخواهم")]
    [InlineData("👩\u200D💻")]
    public void Line_JoinersWhereScriptsNeedThem_Stay(string text) => Assert.Equal(text, SafeText.Line(text));

    [Fact]
    public void Line_JoinerBetweenLatinLetters_IsWrittenOut() => Assert.Equal("pay⟨U+200D⟩pal", SafeText.Line("pay\u200Dpal"));

    [Fact]
    public void Block_Lines_AreKept() => Assert.Equal("one\ntwo\n␍three", SafeText.Block("one\r\ntwo\n\rthree"));

    [Fact]
    public void Line_CleanText_IsNotCopied()
    {
        string text = new('x', 1000);
        Assert.Same(text, SafeText.Line(text));
    }

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab👍", 3, "ab")]
    [InlineData("ab👍", 4, "ab👍")]
    public void Head_Limit_NeverEndsWithinACharacter(string text, int limit, string head) => Assert.Equal(head, SafeText.Head(text, limit));

    [Fact]
    public void Line_AnyText_HasNothingInvisible()
    {
        Random random = new(7);
        for (int round = 0; round < 2_000; round++)
        {
            string text = RandomText.Next(random);
            string shown = SafeText.Line(text);
            Assert.DoesNotContain(shown, IsHostile);
            Assert.Equal(shown, SafeText.Line(shown));
        }

        static bool IsHostile(char c) => (char.IsControl(c) && c != '\t')
            || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200B' or '\u2028' or '\uFEFF';
    }
}
