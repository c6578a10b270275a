namespace Coordinator.Client.Sessions;

/// <summary>What the list is ordered by.</summary>
public enum SessionSort
{
    Started,
    Status,
    Name,
    Agent,
    Runner,
}
