namespace Coordinator.AgentRunner.Containment.Users;

/// <summary>Where the runner keeps what agent users need.</summary>
/// <param name="Homes">The homes of users that have none.</param>
/// <param name="Locks">What keeps users for one runner of the machine alone.</param>
internal sealed record AgentPlaces(string Homes, string Locks);
