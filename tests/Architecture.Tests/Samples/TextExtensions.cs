namespace Coordinator.ArchitectureTests.Samples;

internal static class TextExtensions
{
    extension(string text)
    {
        public int Lengthened() => text.Length + Targets.InExtension.Value;
    }
}
