using Coordinator.ArchitectureTests.Samples.Upper;

namespace Coordinator.ArchitectureTests.Samples.Aside;

internal sealed class Apart
{
    public Above? Above { get; init; }
}
