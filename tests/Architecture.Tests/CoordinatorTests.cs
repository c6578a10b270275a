using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>What the folders of the coordinator may know beside one another.</summary>
public sealed class CoordinatorTests
{
    /// <summary>Those that send and store messages.</summary>
    private static readonly string[] KnowMessages = ["Mapping", "Grpc", "Pages", "Hosting"];

    /// <summary>
    /// A timeline is stored in the form in which it is sent, and never decoded in between: whoever takes it from a runner to the
    /// database, and from there to its readers, knows its events, and no other message.
    /// </summary>
    private static readonly string[] KnowStoredEvents = ["Storage", "Runs", "Timelines", "Reports"];

    private static readonly string[] StoredEvents = ["SessionEvent", "OutputEvent", "OutputStream", "WatchSessionEventsResponse"];

    private static readonly string[] ForbiddenToTheModel =
        ["Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore", "Google.Protobuf", "Grpc", "System.IO"];

    private static readonly string[] Sqlite = ["Microsoft.Data.Sqlite", "SQLitePCL", "Coordinator.Storage.Sqlite"];

    private static ReferenceGraph Graph => Product.Coordinator;

    [Fact]
    public void Messages_OfTheContract_AreKnownOnlyWhereTheyAreSentOrStored() => Complaints.None(Graph.Root.Describe(Graph.References
        .Where(reference => reference.To.Namespace == "Coordinator.Contracts.V1")
        .Where(reference => !KnowMessages.Contains(Graph.Root.FolderOf(reference.From)))
        .Where(reference => !(IsStoredEvent(reference.To) && KnowStoredEvents.Contains(Graph.Root.FolderOf(reference.From))))));

    [Fact]
    public void Model_KnowsNoDatabaseNoWireAndNoFiles()
    {
        Assert.Contains(Graph.Types, IsOfTheModel);
        Complaints.None(Graph.Root.Describe(Graph.References
            .Where(reference => IsOfTheModel(reference.From) && ForbiddenToTheModel.Any(reference.To.IsWithin))));
    }

    /// <summary>What is composed in <c>AddDatabase</c> knows which store it is; nobody else does.</summary>
    [Fact]
    public void Sqlite_IsKnownInItsOwnFolderAlone() => Complaints.None(Graph.Root.Describe(Graph.References
        .Where(reference => Sqlite.Any(reference.To.IsWithin) && !reference.From.IsWithin("Coordinator.Storage.Sqlite"))
        .Where(reference => !reference.From.Name.StartsWith("DatabaseServiceCollectionExtensions", StringComparison.Ordinal))));

    private static bool IsStoredEvent(TypeName type) => StoredEvents.Contains(type.Name.Split('.')[0]);

    private static bool IsOfTheModel(TypeName type) => type.IsWithin("Coordinator.Model");
}
