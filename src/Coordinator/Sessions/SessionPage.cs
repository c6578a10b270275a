using Coordinator.Model;

namespace Coordinator.Sessions;

/// <summary>Some sessions, newest first.</summary>
/// <param name="HasMore">Whether older ones match as well.</param>
/// <param name="Total">How many match.</param>
internal sealed record SessionPage(IReadOnlyList<SessionView> Sessions, bool HasMore, long Total);

/// <summary>What the newest run of an ended session gave.</summary>
/// <param name="Usage">Null if there was no run.</param>
internal sealed record SessionResult(string Text, int? ExitCode, Usage? Usage);
