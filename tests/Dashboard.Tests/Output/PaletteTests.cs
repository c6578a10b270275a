using System.Globalization;
using System.Text.RegularExpressions;

namespace Coordinator.Dashboard.Tests.Output;

/// <summary>Colours of a terminal can be read on every background a row may have: 4.5 to 1, as WCAG 2.2 AA asks.</summary>
public sealed partial class PaletteTests
{
    private static readonly string Css = Path.Combine(AppContext.BaseDirectory, "css");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Foregrounds_OnEveryRow_HaveContrast(int theme)
    {
        string output = File.ReadAllText(Path.Combine(Css, "output.css"));
        string[] behind = [Token("surface", theme), Token("surface-sunken", theme), Token("accent-soft", theme), Pair(output, ".log-hit, ", theme)];
        for (int colour = 1; colour <= 14; colour++)
        {
            if (colour is 7 or 8)
                continue;
            string tone = Pair(output, $".ansi-fg-{colour} ", theme);
            Assert.All(behind, b => Assert.True(Contrast(tone, b) >= 4.5, $"ansi-fg-{colour} {tone} on {b}: {Contrast(tone, b):0.00}"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Backgrounds_UnderThePagesText_HaveContrast(int theme)
    {
        string output = File.ReadAllText(Path.Combine(Css, "output.css"));
        for (int colour = 0; colour <= 7; colour++)
            Assert.True(Contrast(Token("text", theme), Pair(output, $".ansi-bg-{colour}, ", theme)) >= 4.5);
    }

    /// <summary>The light and the dark value of a rule that is written with light-dark().</summary>
    private static string Pair(string css, string selector, int theme)
    {
        int at = css.IndexOf(selector, StringComparison.Ordinal);
        Assert.True(at >= 0, selector);
        return LightDark().Match(css, at).Groups[theme + 1].Value;
    }

    private static string Token(string name, int theme) =>
        Regex.Matches(File.ReadAllText(Path.Combine(Css, "tokens.css")), $"--{name}: (#[0-9a-f]{{6}})")[theme].Groups[1].Value;

    private static double Contrast(string one, string other)
    {
        double a = Luminance(one), b = Luminance(other);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string hex) => (0.2126 * Linear(hex[1..3])) + (0.7152 * Linear(hex[3..5])) + (0.0722 * Linear(hex[5..7]));

    private static double Linear(string hex)
    {
        double part = int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
        return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
    }

    [GeneratedRegex("light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)")]
    private static partial Regex LightDark();
}
