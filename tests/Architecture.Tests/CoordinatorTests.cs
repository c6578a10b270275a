using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>Who may know whom in the coordinator. docs/architecture.md says what the folders do.</summary>
public sealed class CoordinatorTests
{
    private static readonly Layers Order = new(
        "Coordinator",
        new Layer("base", "", "Logs"),
        new Layer("model", "Model"),
        new Layer("mapping of the model to messages", "Wire"),
        new Layer("who calls", "Identity"),
        new Layer("storage", "Storage"),
        new Layer("use case", "Timelines", "Sessions", "Dispatch", "Stops", "Fleet", "Connections", "Upkeep", "Metrics"),
        new Layer("façade", "Grpc", "Pages", "Security"),
        new Layer("composition", "Hosting"));

    private static readonly Layers OrderOfTheModel = new(
        "Coordinator.Model",
        new Layer("model", "", "Errors", "Stops", "Runs", "Sessions", "Runners", "Audit"));

    /// <summary>Those that send and store messages.</summary>
    private static readonly string[] KnowMessages = ["Wire", "Storage", "Grpc", "Pages", "Hosting"];

    private static readonly string[] ForbiddenToTheModel =
        ["Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore", "Google.Protobuf", "Grpc", "System.IO"];

    private static ReferenceGraph Graph => Product.Coordinator;

    [Fact]
    public void Folder_KnowsAnother_IsInAHigherLayer() => Complaints.None(Order.Violations(Graph));

    [Fact]
    public void Model_FolderKnowsAnother_ComesAfterIt() => Complaints.None(OrderOfTheModel.Violations(Graph));

    [Fact]
    public void Messages_OfTheContract_AreKnownOnlyWhereTheyAreSentOrStored() => Complaints.None(Graph.Root.Describe(Graph.References
        .Where(reference => reference.To.Namespace == "Coordinator.Contracts.V1")
        .Where(reference => !KnowMessages.Contains(Graph.Root.FolderOf(reference.From)))));

    [Fact]
    public void Model_KnowsNoDatabaseNoWireAndNoFiles()
    {
        Assert.Contains(Graph.Types, IsOfTheModel);
        Complaints.None(Graph.Root.Describe(Graph.References
            .Where(reference => IsOfTheModel(reference.From) && ForbiddenToTheModel.Any(reference.To.IsWithin))));
    }

    private static bool IsOfTheModel(TypeName type) => type.IsWithin("Coordinator.Model");
}
