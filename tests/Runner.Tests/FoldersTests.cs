using System.Text.RegularExpressions;
using Coordinator.Testing;

namespace Coordinator.AgentRunner.Tests;

/// <summary>The folders of the runner, as <c>docs/architecture.md</c> lists them: each knows only those below it.</summary>
public sealed partial class FoldersTests
{
    private static readonly string Source = Repository.At("src", "Runner");

    private static readonly IReadOnlyList<string> Listed = [.. ReadListed()];

    [Fact]
    public void Folders_AreThoseThatTheDocumentLists()
    {
        IEnumerable<string?> folders = Directory.GetDirectories(Source).Select(Path.GetFileName);

        Assert.Equal(Listed.Order(StringComparer.Ordinal), folders.Except(["bin", "obj"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Folder_KnowsOnlyThoseBelowIt()
    {
        List<string> upward =
        [
            .. from folder in Listed
               from file in Directory.GetFiles(Path.Combine(Source, folder), "*.cs", SearchOption.AllDirectories)
               from Match mention in Mention().Matches(File.ReadAllText(file))
               let known = mention.Groups["folder"].Value
               where IndexOf(known) < IndexOf(folder)
               select $"{Path.GetRelativePath(Source, file)} knows {known}",
        ];

        Assert.Empty(upward);
    }

    /// <summary>What is in no folder knows them all, so nothing in a folder may know it.</summary>
    [Fact]
    public void Root_HoldsTheEntryPointOnly() => Assert.Equal(["Program.cs"], Directory.GetFiles(Source, "*.cs").Select(Path.GetFileName));

    /// <summary>A namespace that does not follow its folder would say something else than where the file is.</summary>
    [Fact]
    public void Namespace_IsThatOfTheFolder()
    {
        List<string> elsewhere =
        [
            .. from folder in Listed
               from file in Directory.GetFiles(Path.Combine(Source, folder), "*.cs", SearchOption.AllDirectories)
               let directory = Path.GetRelativePath(Source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.')
               where !File.ReadAllText(file).Contains($"namespace Coordinator.AgentRunner.{directory};", StringComparison.Ordinal)
               select Path.GetRelativePath(Source, file),
        ];

        Assert.Empty(elsewhere);
    }

    private static int IndexOf(string folder) => Listed.Index().Single(listed => listed.Item == folder).Index;

    private static IEnumerable<string> ReadListed()
    {
        string document = File.ReadAllText(Repository.At("docs", "architecture.md"));
        string table = document.Split("In [`src/Runner`]")[1].Split("In [`src/Dashboard`]")[0];
        return Row().Matches(table).Select(row => row.Groups["folder"].Value);
    }

    [GeneratedRegex(@"^\| `(?<folder>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"Coordinator\.AgentRunner\.(?<folder>\w+)")]
    private static partial Regex Mention();
}
