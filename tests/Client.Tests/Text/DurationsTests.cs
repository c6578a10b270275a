using System.Globalization;
using Coordinator.Client.Text;

namespace Coordinator.Client.Tests.Text;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("-00:00:05", "0 ms")]
    [InlineData("00:00:00", "0 ms")]
    [InlineData("00:00:00.084", "84 ms")]
    [InlineData("00:00:00.0999", "99 ms")]
    [InlineData("00:00:00.840", "0.84 s")]
    [InlineData("00:00:09.99", "9.99 s")]
    [InlineData("00:00:09.996", "9.99 s")]
    [InlineData("00:00:59.999", "59 s")]
    [InlineData("00:01:00", "1 m 00 s")]
    [InlineData("00:12:08", "12 m 08 s")]
    [InlineData("00:59:59.999", "59 m 59 s")]
    [InlineData("03:05:59", "3 h 05 m")]
    [InlineData("2.04:10:00", "2 d 04 h")]
    public void InWords_Span_HasTwoUnitsAtMost(string span, string words) =>
        Assert.Equal(words, Durations.InWords(TimeSpan.Parse(span, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.34, "0.3 ms")]
    [InlineData(45.2, "45 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(1000, "1.00 s")]
    [InlineData(-3, "0 ms")]
    public void Exactly_AnyTime_IsShort(double milliseconds, string text) =>
        Assert.Equal(text, Durations.Exactly(TimeSpan.FromMilliseconds(milliseconds)));
}
