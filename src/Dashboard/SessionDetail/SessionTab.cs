namespace Coordinator.Dashboard.SessionDetail;

/// <summary>The parts of a session's page.</summary>
internal enum SessionTab
{
    Timeline,
    Output,
    Runs,
    Family,
    Details,
}
