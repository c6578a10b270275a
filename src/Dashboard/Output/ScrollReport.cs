namespace Coordinator.Dashboard.Output;

/// <summary>What the browser tells of the scrolled area.</summary>
/// <param name="Top">How far it is scrolled, in pixels.</param>
/// <param name="Height">Of what is seen.</param>
/// <param name="IsAtEnd">Whether the last row is seen.</param>
/// <param name="ByReader">Whether it was the reader who scrolled rather than the page.</param>
/// <param name="Up">Whether the reader moved towards the beginning.</param>
/// <param name="TopSequence">The first event that is seen; 0 if the rows' height tells.</param>
public sealed record ScrollReport(double Top, double Height, bool IsAtEnd, bool ByReader, bool Up, long TopSequence);
