using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>Among the samples, Lower and Upper know each other, and Aside knows Upper.</summary>
public sealed class FolderGraphTests
{
    private static readonly FolderGraph Folders =
        new(Product.Read("Coordinator.ArchitectureTests", "Coordinator.ArchitectureTests.Samples"));

    [Fact]
    public void Cycles_FoldersThatKnowEachOther_AreOne() => Assert.Equal(["Lower", "Upper"], Assert.Single(Folders.Cycles));

    [Fact]
    public void Components_FolderKnowsACycle_ComesAfterIt()
    {
        List<string> order = [.. Folders.Components.SelectMany(component => component)];
        Assert.True(order.IndexOf("Aside") > order.IndexOf("Upper"));
        Assert.Contains(NamespaceRoot.Root, order);
    }

    [Fact]
    public void Of_Folder_AreThoseThatItKnows()
    {
        Assert.Equal(["Upper"], Folders.Of("Aside"));
        Assert.Equal(1, Folders.PairsBetween("Aside", "Upper"));
        Assert.Equal(0, Folders.PairsBetween("Upper", "Aside"));
    }
}
