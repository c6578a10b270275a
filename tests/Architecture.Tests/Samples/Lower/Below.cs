namespace Coordinator.ArchitectureTests.Samples.Lower;

internal sealed class Below
{
    public object Look() => new Upper.Above();
}
