using System.Globalization;
using Coordinator.Client.Text;

namespace Coordinator.Client.Tests.Text;

public sealed class RelativeTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 22, 34, 58, TimeSpan.Zero);

    [Theory]
    [InlineData("00:00:00", "just now")]
    [InlineData("-00:00:04", "just now")]
    [InlineData("00:00:42", "42 s ago")]
    [InlineData("00:03:59", "3 min ago")]
    [InlineData("05:59:00", "5 h ago")]
    [InlineData("2.23:00:00", "2 d ago")]
    [InlineData("-00:03:00", "in 3 min")]
    [InlineData("255.00:00:00", "12 Mar 2026")]
    public void InWords_Age_IsSaidAsPeopleDo(string age, string words) =>
        Assert.Equal(words, RelativeTime.InWords(Now, Now - TimeSpan.Parse(age, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0, "2026-11-22 22:34:58 UTC")]
    [InlineData(1, "2026-11-22 22:34:58 UTC (23:34:58 here)")]
    [InlineData(2, "2026-11-22 22:34:58 UTC (2026-11-23 00:34:58 here)")]
    public void Exactly_Zone_NamesBothClocks(int hours, string words) =>
        Assert.Equal(words, RelativeTime.Exactly(Now, TimeZoneInfo.CreateCustomTimeZone("here", TimeSpan.FromHours(hours), null, null)));
}
