using System.Reflection;

namespace Coordinator.Testing;

/// <summary>Where the source of the product is, for tests of what is not compiled: protos, documents, tools.</summary>
public static class Repository
{
    /// <summary>The directory with the solution, as it was when the tests were built.</summary>
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryDirectory").Value!;

    /// <summary>The path of a file or directory of the repository.</summary>
    public static string At(params ReadOnlySpan<string> names) => Path.Combine([Root, .. names]);
}
