namespace Coordinator.ArchitectureTests;

internal static class Complaints
{
    /// <summary>Fails with every line; collections are cut short in messages of assertions.</summary>
    public static void None(IEnumerable<string> lines)
    {
        string all = string.Join('\n', lines);
        Assert.True(all.Length == 0, $"References that should not be:\n{all}");
    }
}
