using System.Globalization;

namespace Coordinator.Dashboard.Text;

/// <summary>Applies "select graphic rendition" (<c>ESC [ … m</c>) of ECMA-48 to a style.</summary>
internal static class Sgr
{
    /// <summary>No program sets so much at once.</summary>
    private const int MaxLength = 256;

    /// <param name="style">The style so far.</param>
    /// <param name="parameters">What stands between <c>[</c> and <c>m</c>.</param>
    public static AnsiStyle Apply(AnsiStyle style, ReadOnlySpan<char> parameters)
    {
        if (parameters.IsEmpty)
            return default;
        if (parameters.Length > MaxLength)
            return style;
        List<string> codes = new(8);
        foreach (Range part in parameters.Split(';'))
            codes.Add(parameters[part].ToString());

        for (int i = 0; i < codes.Count; i++)
        {
            // With colons a code carries its own arguments (38:2::r:g:b, 4:3); with semicolons they follow it.
            string[] parts = codes[i].Split(':');
            style = Number(parts[0]) switch
            {
                38 => style with { Foreground = Colour(parts, codes, ref i) ?? style.Foreground },
                48 => style with { Background = Colour(parts, codes, ref i) ?? style.Background },
                58 when parts.Length == 1 => Skip(style, codes, ref i),
                4 when parts is [_, "0"] => Without(style, AnsiEffects.Underline),
                var code => Simple(style, code),
            };
        }

        return style;
    }

    private static AnsiStyle Simple(AnsiStyle style, int code) => code switch
    {
        0 => default,
        1 => With(style, AnsiEffects.Bold),
        2 => With(style, AnsiEffects.Dim),
        3 => With(style, AnsiEffects.Italic),
        4 or 21 => With(style, AnsiEffects.Underline),
        7 => With(style, AnsiEffects.Inverse),
        9 => With(style, AnsiEffects.Strike),
        22 => Without(style, AnsiEffects.Bold | AnsiEffects.Dim),
        23 => Without(style, AnsiEffects.Italic),
        24 => Without(style, AnsiEffects.Underline),
        27 => Without(style, AnsiEffects.Inverse),
        29 => Without(style, AnsiEffects.Strike),
        >= 30 and <= 37 => style with { Foreground = code - 30 },
        39 => style with { Foreground = null },
        >= 40 and <= 47 => style with { Background = code - 40 },
        49 => style with { Background = null },
        >= 90 and <= 97 => style with { Foreground = code - 90 + 8 },
        >= 100 and <= 107 => style with { Background = code - 100 + 8 },
        _ => style,
    };

    private static int? Colour(string[] parts, List<string> codes, ref int at)
    {
        if (parts.Length > 1)
        {
            return parts switch
            {
                [_, "5", var index, ..] => AnsiColours.FromTable(Number(index)),
                [_, "2", _, var r, var g, var b, ..] => AnsiColours.FromRgb(Number(r), Number(g), Number(b)),
                [_, "2", var r, var g, var b] => AnsiColours.FromRgb(Number(r), Number(g), Number(b)),
                _ => null,
            };
        }

        string kind = at + 1 < codes.Count ? codes[at + 1] : "";
        if (kind == "5" && at + 2 < codes.Count)
        {
            at += 2;
            return AnsiColours.FromTable(Number(codes[at]));
        }

        if (kind == "2" && at + 4 < codes.Count)
        {
            at += 4;
            return AnsiColours.FromRgb(Number(codes[at - 2]), Number(codes[at - 1]), Number(codes[at]));
        }

        at = codes.Count;
        return null;
    }

    /// <summary>The colour of underlines is not shown, but its arguments must not be taken for codes.</summary>
    private static AnsiStyle Skip(AnsiStyle style, List<string> codes, ref int at)
    {
        Colour(["58"], codes, ref at);
        return style;
    }

    private static AnsiStyle With(AnsiStyle style, AnsiEffects effects) => style with { Effects = style.Effects | effects };

    private static AnsiStyle Without(AnsiStyle style, AnsiEffects effects) => style with { Effects = style.Effects & ~effects };

    /// <summary>An empty number means 0, anything else that is none means nothing that is known.</summary>
    private static int Number(string text) =>
        text.Length == 0 ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
}
