namespace Coordinator.Dashboard.Text;

/// <summary>
/// Brings every colour a terminal knows to its sixteen: those have a tone in each theme that can be read on the page.
/// </summary>
internal static class AnsiColours
{
    private const int Black = 0;
    private const int Red = 1;
    private const int Green = 2;
    private const int Yellow = 3;
    private const int Blue = 4;
    private const int Magenta = 5;
    private const int Cyan = 6;
    private const int White = 7;
    private const int Bright = 8;

    /// <summary>Colours whose parts differ by less look grey.</summary>
    private const int LeastChroma = 40;

    /// <param name="index">Of the table of 256: sixteen named ones, a cube of 6 × 6 × 6, 24 greys.</param>
    public static int? FromTable(int index) => index switch
    {
        < 0 or > 255 => null,
        < 16 => index,
        < 232 => FromRgb(CubeLevel((index - 16) / 36), CubeLevel((index - 16) / 6 % 6), CubeLevel((index - 16) % 6)),
        _ => FromRgb(8 + (10 * (index - 232)), 8 + (10 * (index - 232)), 8 + (10 * (index - 232))),
    };

    public static int? FromRgb(int red, int green, int blue)
    {
        if ((red | green | blue) is < 0 or > 255)
            return null;
        int most = Math.Max(red, Math.Max(green, blue));
        int chroma = most - Math.Min(red, Math.Min(green, blue));
        if (chroma < LeastChroma)
            return Grey(most);
        return HueName(Hue(red, green, blue, most, chroma)) + (most >= 224 ? Bright : 0);
    }

    private static int Grey(int level) => level switch
    {
        < 48 => Black,
        < 160 => Black + Bright,
        < 232 => White,
        _ => White + Bright,
    };

    /// <returns>In degrees, 0 to 360.</returns>
    private static double Hue(int red, int green, int blue, int most, int chroma)
    {
        double sixth = most == red ? ((double)(green - blue) / chroma) + 6
            : most == green ? ((double)(blue - red) / chroma) + 2
            : ((double)(red - green) / chroma) + 4;
        return sixth * 60 % 360;
    }

    private static int HueName(double degrees) => degrees switch
    {
        < 20 or >= 335 => Red,
        < 70 => Yellow,
        < 160 => Green,
        < 200 => Cyan,
        < 265 => Blue,
        _ => Magenta,
    };

    private static int CubeLevel(int step) => step == 0 ? 0 : 55 + (40 * step);
}
