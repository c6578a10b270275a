using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Containment.Cgroups;
using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Supervision;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Tools;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>The containments of this machine; a test of one that does not work here ends as <see cref="Requirement"/> says.</summary>
[SupportedOSPlatform("linux")]
internal static class Machine
{
    private static readonly Dictionary<string, IContainment> Containments = [];

    /// <summary>To be called after the last test: nothing of them stays behind, also of runners that were killed.</summary>
    public static void GiveBack()
    {
        foreach (IContainment containment in Containments.Values)
            containment.Dispose();
        Containments.Clear();
        RemoveAbandonedCgroups();
    }

    /// <summary>What a killed runner could not remove; a living one keeps its own.</summary>
    public static void RemoveAbandonedCgroups()
    {
        try
        {
            CgroupHome.RemoveAbandoned(OwnCgroup.Find());
        }
        catch (ContainmentUnavailableException)
        {
            // This machine has none.
        }
    }

    public static string RunnerId { get; } = $"rnr_test{Environment.ProcessId}";

    /// <summary>The runner as it was built, or as it was published.</summary>
    public static OwnProgram Program { get; } = new(BuiltProgram.Runner.File, BuiltProgram.Runner.Arguments);

    public static async Task<IContainment> ContainmentAsync(string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "These containments exist on Linux only.");
        if (!Containments.TryGetValue(kind, out var containment))
        {
            try
            {
                Containments.Add(kind, containment = await CreateAsync(kind, RunnerId));
            }
            catch (ContainmentUnavailableException e)
            {
                Requirement.IsMissing($"Containment by {kind} does not work here: {e.Message}. Run the tests as root.");
            }
        }

        AdoptOrphans(true);
        return containment!;
    }

    /// <summary>
    /// Whether orphaned descendants become children of this process. Not while it kills a runner that it only plays the
    /// parent of: elsewhere init would collect that runner's orphans.
    /// </summary>
    public static void AdoptOrphans(bool adopt)
    {
        const int SetChildSubreaper = 36;
        Assert.Equal(0, Libc.Prctl(SetChildSubreaper, adopt ? 1u : 0, 0, 0, 0));
    }

    public static async Task<IContainment> CreateAsync(string kind, string runnerId) => kind == ContainmentKind.Cgroup
        ? await CgroupContainment.CreateAsync(
            runnerId, Program, TimeProvider.System, TestContext.Current.CancellationToken)
        : new SupervisorContainment(runnerId, Program, TimeProvider.System);

    /// <summary>
    /// Processes that are not dead and have a text in their command line or environment. It asks the system by itself,
    /// without anything from the containments.
    /// </summary>
    public static IReadOnlyList<string> Find(string marker) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(d => int.TryParse(Path.GetFileName(d), out var id) && id != Environment.ProcessId)
            .Where(d => (Read(d, "cmdline") + Read(d, "environ")).Contains(marker, StringComparison.Ordinal))
            .Where(d => Read(d, "stat").Split(") ").Last() is [not 'Z' and not 'X', ..])
            .Select(d => $"{Path.GetFileName(d)}: {Read(d, "cmdline").Replace('\0', ' ')}"),
    ];

    /// <summary>
    /// Waits until this process has no dead child that nobody has collected; but for those of its own session, which tests start as
    /// anybody does and no containment knows of.
    /// </summary>
    public static Task AssertNoZombiesAsync() => TestRun.EventuallyAsync(
        () => Zombies().Count == 0, () => $"no zombies, but there are {string.Join(", ", Zombies())}");

    private static IReadOnlyList<string> Zombies() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(d => int.TryParse(Path.GetFileName(d), out _))
            .Select(d => Read(d, "stat"))
            .Where(stat => stat.Split(") ").Last().Split(' ') is ["Z", var parent, _, var session, ..]
                && parent == Environment.ProcessId.ToString()
                && session != Libc.GetSessionId(0).ToString()),
    ];

    /// <summary>What this process has open, but for assemblies: the runtime opens those when it likes.</summary>
    public static IReadOnlyList<string> Descriptors() =>
    [
        .. new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
            .Where(descriptor => descriptor.LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true)
            .Select(descriptor => $"{descriptor.Name} {descriptor.LinkTarget}"),
    ];

    private static string Read(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
