using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Coordinator.Dashboard.Runners;
using Coordinator.Testing;

namespace Coordinator.Dashboard.Tests;

/// <summary>What the dashboard leaves out of its build (<c>UnusedFramework.targets</c>) is nothing that it could ask for.</summary>
public sealed class UnusedFrameworkTests
{
    /// <summary>They refer to whole families of assemblies of which nobody uses more than a part.</summary>
    private static readonly string[] Facades = ["netstandard", "System.ComponentModel.TypeConverter"];

    private static string Built { get; } = Path.Combine(
        Repository.Root,
        "src",
        "Dashboard",
        Path.GetRelativePath(Path.Combine(Repository.Root, "tests", "Dashboard.Tests"), AppContext.BaseDirectory));

    [Fact]
    public void Assemblies_LeftOut_AreReferredToByNone()
    {
        HashSet<string> leftOut = LeftOut();
        Assert.True(leftOut.Count > 100, "The list was not read.");

        HashSet<string> met = [];
        Queue<string> pending = new([typeof(RunnersPage).Assembly.GetName().Name!]);
        List<string> missing = [];
        while (pending.TryDequeue(out string? name))
        {
            foreach (string reference in References(name).Where(met.Add))
            {
                if (leftOut.Contains(reference))
                    missing.Add($"{name} refers to {reference}");
                else if (!Facades.Contains(reference))
                    pending.Enqueue(reference);
            }
        }

        Assert.Contains("System.Text.Json", met);
        Assert.Empty(missing);
    }

    private static HashSet<string> LeftOut() =>
    [
        .. XDocument.Load(Path.Combine(Repository.Root, "src", "Dashboard", "UnusedFramework.targets"))
            .Descendants("UnusedFramework").First().Attribute("Include")!.Value
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    ];

    /// <summary>What an assembly of the built dashboard refers to; .NET has others for browsers than for this machine.</summary>
    private static IReadOnlyList<string> References(string assembly)
    {
        string file = Path.Combine(Built, assembly + ".dll");
        if (!File.Exists(file))
            return [];
        using PEReader image = new(File.OpenRead(file));
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
