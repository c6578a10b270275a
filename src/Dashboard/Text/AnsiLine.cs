namespace Coordinator.Dashboard.Text;

/// <summary>A line of a terminal as a page can show it.</summary>
/// <param name="Runs">Its pieces in order; two neighbours never have the same style.</param>
/// <param name="Rest">How many characters of the line are not in them because the line is too long.</param>
internal sealed record AnsiLine(IReadOnlyList<AnsiRun> Runs, int Rest);
