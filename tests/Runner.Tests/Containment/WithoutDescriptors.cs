using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;
using Coordinator.AgentRunner.Containment.Processes;
using Coordinator.AgentRunner.Containment.Users;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>
/// A process that may open nothing more: this test program itself, started again with a word that makes it use up its descriptors and then
/// look at processes.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class WithoutDescriptors
{
    private const string Word = "play-without-descriptors";
    private const int Limit = 300;

    /// <summary>What each look at a process of a user came to: its result, or the message of the exception.</summary>
    public static async Task<IReadOnlyList<string>> LookAsync(int process, uint user)
    {
        using Process player = Process.Start(new ProcessStartInfo(
            "/bin/sh",
            ["-c", $"ulimit -n {Limit}; exec \"$0\" \"$@\"", Environment.ProcessPath!, Word, $"{process}", $"{user}"])
        { RedirectStandardOutput = true })!;
        string said = await player.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await player.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Plays it if the arguments ask for that.</summary>
    public static bool TryPlay(string[] arguments)
    {
        if (arguments is not [Word, var process, var user])
            return false;
        UserProcesses processes = new(new Credentials(uint.Parse(user, CultureInfo.InvariantCulture), 1, [], 100));
        int id = int.Parse(process, CultureInfo.InvariantCulture);

        // Once before, as what is needed for it is loaded then.
        Look();
        List<FileDescriptor> open = [];
        try
        {
            while (true)
                open.Add(FileDescriptor.Open("/dev/null"));
        }
        catch (Win32Exception)
        {
            // That was the last one.
        }

        List<string> said = Look();
        open.ForEach(one => one.Dispose());
        said.ForEach(Console.WriteLine);
        return true;

        List<string> Look() =>
        [
            Say(() => ProcessStat.TryRead(id)?.Name ?? "gone"),
            Say(() => ProcessCookie.Read(id).RunId ?? "none"),
            Say(() => ProcessTable.Enumerate().Any(one => one.Id == id) ? "found" : "not found"),
            Say(() => ProcFile.OwnerOf(id)?.ToString(CultureInfo.InvariantCulture) ?? "gone"),
            Say(() => processes.Alive().Any() ? "alive" : "none is alive"),
        ];
    }

    private static string Say(Func<string> look)
    {
        try
        {
            return look();
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
    }
}
