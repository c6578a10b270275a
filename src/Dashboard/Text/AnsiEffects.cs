namespace Coordinator.Dashboard.Text;

/// <summary>What a terminal does to letters. Blinking and concealed text are shown like any other.</summary>
[Flags]
internal enum AnsiEffects
{
    None = 0,
    Bold = 1,
    Dim = 2,
    Italic = 4,
    Underline = 8,
    Inverse = 16,
    Strike = 32,
}
