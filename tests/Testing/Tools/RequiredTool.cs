using Xunit;

namespace Coordinator.Testing.Tools;

/// <summary>
/// A program that some tests need and that is not built here; without it they end as <see cref="Requirement"/> says.
/// </summary>
/// <param name="Name">What people call it.</param>
/// <param name="Commands">The names its program goes by; the first one that is found is used.</param>
/// <param name="PathVariable">The environment variable that names the program and goes before everything else.</param>
/// <param name="HowToGet">A command or a sentence.</param>
public sealed record RequiredTool(string Name, IReadOnlyList<string> Commands, string PathVariable, string HowToGet)
{
    public static RequiredTool ClaudeCode { get; } =
        new("Claude Code", ["claude"], "CLAUDE_PATH", "npm install @anthropic-ai/claude-code");

    public static RequiredTool Buf { get; } = new("buf", ["buf"], "BUF_PATH", "npm install @bufbuild/buf");

    /// <summary>The shell is Chromium without windows of its own: a page takes two thirds of the time and half of the processors.</summary>
    public static RequiredTool Chromium { get; } = new(
        "Chromium",
        ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"],
        "CHROMIUM_PATH",
        "apt-get install chromium-headless-shell");

    public static RequiredTool PostgreSql { get; } =
        new("PostgreSQL", ["postgres"], "POSTGRES_PATH", "apt-get install postgresql")
        {
            // Debian keeps the server's programs out of PATH, in a directory per version.
            OtherDirectories = DirectoriesBelow("/usr/lib/postgresql", "bin"),
        };

    /// <summary>Directories to search besides PATH and the node modules.</summary>
    public IReadOnlyList<string> OtherDirectories { get; init; } = [];

    /// <summary>Whether it is there.</summary>
    public bool IsInstalled => Find() is not null;

    /// <summary>The program's path; without it the calling test ends here, skipped or failed.</summary>
    public string Path
    {
        get
        {
            if (Find() is { } path)
                return path;

            Requirement.IsMissing($"{Name} is not installed. Get it with `{HowToGet}`, or name its program in {PathVariable}.");
            return "";
        }
    }

    private static IEnumerable<string> PathDirectories =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Where npm puts programs: in the repository or in any directory above it.</summary>
    private static IEnumerable<string> NodeModules
    {
        get
        {
            for (var directory = new DirectoryInfo(Repository.Root); directory is not null; directory = directory.Parent)
                yield return System.IO.Path.Combine(directory.FullName, "node_modules", ".bin");
        }
    }

    private string? Find()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            Assert.True(File.Exists(named), $"{PathVariable} names {named}, which does not exist.");
            return named;
        }

        return PathDirectories.Concat(NodeModules).Concat(OtherDirectories)
            .SelectMany(directory => Commands.Select(command => System.IO.Path.Combine(directory, command)))
            .FirstOrDefault(File.Exists);
    }

    private static IReadOnlyList<string> DirectoriesBelow(string directory, string name) => Directory.Exists(directory)
        ? [.. Directory.GetDirectories(directory).Select(version => System.IO.Path.Combine(version, name)).Order()]
        : [];
}
