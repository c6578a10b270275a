namespace Coordinator.ArchitectureTests.Samples;

file static class FileLocal
{
    public static int Call() => Targets.InFileLocalType.Value;
}
