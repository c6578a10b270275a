using System.Text.RegularExpressions;
using Coordinator.Testing;

namespace Coordinator.ArchitectureTests;

/// <summary>The folders of a project in the order of its table in <c>docs/architecture.md</c>, each above all that it may know.</summary>
internal static partial class DocumentedOrder
{
    /// <param name="project">Its folder below <c>src</c>.</param>
    /// <param name="rootNamespace">What is in it itself, and in no folder, is below all of them in the coordinator, and puts them together elsewhere.</param>
    public static Layers Read(string project, string rootNamespace)
    {
        Layer root = new("in no folder", "");
        IEnumerable<Layer> folders = Rows(project).Reverse().Select(row => new Layer("as documented", [.. row.Reverse()]));
        return new Layers(rootNamespace, project == "Coordinator" ? [root, .. folders] : [.. folders, root]);
    }

    /// <summary>All folders of the table.</summary>
    public static IReadOnlyList<string> Folders(string project) => [.. Rows(project).SelectMany(row => row)];

    private static IEnumerable<string[]> Rows(string project)
    {
        string[] lines = File.ReadAllLines(Repository.At("docs", "architecture.md"));
        int heading = Array.FindIndex(lines, line => line.StartsWith($"In [`src/{project}`]", StringComparison.Ordinal));
        Assert.True(heading >= 0, $"docs/architecture.md has no table of src/{project}.");
        return lines.Skip(heading)
            .SkipWhile(line => !line.StartsWith("| `", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => Folder().Matches(line.Split('|')[1]).Select(match => match.Groups[1].Value).ToArray());
    }

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Folder();
}
