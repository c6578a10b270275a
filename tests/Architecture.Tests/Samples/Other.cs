namespace Coordinator.ArchitectureTests.Samples;

/// <summary>Its members take and give types that whoever calls them need not name.</summary>
internal static class Other
{
    public static Targets.Local Local { get; } = new();

    public static Targets.LocalInClosure LocalInClosure { get; } = new();

    public static Targets.Compared Compared { get; set; }

    public static int Take(Targets.Handed handed) => (int)handed;
}
