using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>Among the samples, Lower and Upper know each other, and Aside knows Upper.</summary>
public sealed class LayersTests
{
    private const string Samples = "Coordinator.ArchitectureTests.Samples";

    private static readonly ReferenceGraph Graph = Product.Read("Coordinator.ArchitectureTests", Samples);

    [Fact]
    public void Violations_FolderKnowsALaterOne_NamesTypeAndMember()
    {
        Layers layers = new(Samples, new Layer("base", ""), new Layer("low", "Lower"), new Layer("high", "Upper", "Aside"));

        Assert.Equal(["Lower (low) knows Upper (high):", "  Lower.Below.Look uses Upper.Above"], layers.Violations(Graph));
    }

    [Fact]
    public void Violations_WithinOneLayer_HaveAnOrderToo()
    {
        Layers layers = new(Samples, new Layer("all", "", "Aside", "Lower", "Upper"));

        Assert.Equal(
            [
                "Aside (all) knows Upper (all):", "  Aside.Apart.Above uses Upper.Above",
                "Lower (all) knows Upper (all):", "  Lower.Below.Look uses Upper.Above",
            ],
            layers.Violations(Graph));
    }

    [Fact]
    public void Violations_FolderOfFolders_HoldsWhatNoLongerNameHolds()
    {
        Layers layers = new("Coordinator.ArchitectureTests", new Layer("base", "Samples.Lower", "Samples", ""));

        Assert.Equal(
            ["Samples.Lower (base) knows Samples (base):", "  Samples.Lower.Below.Look uses Samples.Upper.Above"],
            layers.Violations(Graph));
    }

    [Fact]
    public void Violations_FolderWithoutALayer_AreOne()
    {
        Layers layers = new(Samples, new Layer("all", "", "Upper", "Aside"));

        Assert.Equal(["Lower has no layer: Lower.Below …"], layers.Violations(Graph));
    }
}
