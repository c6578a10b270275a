using System.Text;
using Coordinator.Timelines;

namespace Coordinator.Tests.Timelines;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("abc", "xxABCxx", true)]
    [InlineData("ABC", "xxabc", true)]
    [InlineData("abc", "ab", false)]
    [InlineData("abc", "ababc", true)]
    [InlineData("aab", "aaab", true)]
    [InlineData("[", "{", false)]
    [InlineData("@", "`", false)]
    [InlineData("k", "\u212A", false)]
    [InlineData("\u00e4", "\u00c4", false)]
    [InlineData("gr\u00fc\u00dfe", "viele GR\u00fc\u00dfE", true)]
    [InlineData("\ud83d\ude00!", "so \ud83d\ude00!", true)]
    [InlineData("x", "", false)]
    public void IsIn_FoldsTheCaseOfAsciiLettersOnly(string text, string within, bool expected) =>
        Assert.Equal(expected, new SearchText(text).IsIn(Encoding.UTF8.GetBytes(within)));
}
