namespace Coordinator.Identity;

/// <summary>Which coordinator this is, among those of one database.</summary>
internal sealed class CoordinatorIdentity(Ids ids)
{
    /// <summary>The same after each start: it is kept in the database. Empty until it was read, before the first connection is taken.</summary>
    public string Id { get; set; } = "";

    /// <summary>Another after each start.</summary>
    public string Incarnation { get; } = ids.New(Ids.Incarnation);
}
