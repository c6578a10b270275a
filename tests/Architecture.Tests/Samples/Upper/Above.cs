using Coordinator.ArchitectureTests.Samples.Lower;

namespace Coordinator.ArchitectureTests.Samples.Upper;

internal sealed class Above
{
    public Below? Below { get; init; }
}
