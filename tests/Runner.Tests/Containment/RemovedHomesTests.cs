using System.Diagnostics;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Users;
using Coordinator.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>Whatever is in a home, it is deleted, and nothing else is.</summary>
[Collection(ProcessTests.Name)]
[SupportedOSPlatform("linux")]
public sealed class RemovedHomesTests : IDisposable
{
    private const uint Agent = 61_070;
    private const uint Accomplice = 61_071;

    private static readonly int Repetitions = TestForm.Of(20, 1_000);

    private readonly TestFiles _files = new();

    public RemovedHomesTests()
    {
        AgentUsers.Require();
        File.SetUnixFileMode(_files.Root, File.GetUnixFileMode(_files.Root) | UnixFileMode.OtherExecute);
    }

    private string Removed => _files.At("homes", RemovedHomes.Name);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("ln -s $OUTSIDE link; ln -s $OUTSIDE/kept file; ln -s . self; ln $OUTSIDE/kept hard")]
    [InlineData("i=0; while [ $i -lt 2000 ]; do mkdir d; cd d; i=$((i+1)); done; echo deep > file")]
    [InlineData("seq 5000 | xargs touch; seq -f dir%g 3000 | xargs mkdir; for i in 1 2 3; do mkdir -p dir$i/a/b; echo x > dir$i/a/b/c; done")]
    [InlineData("mkfifo fifo; printf x > \"$(printf 'no\\377text')\"; mkdir \"$(printf 'neither\\n\\376')\"; mkdir -p .hidden/.. ..more ...")]
    [InlineData("mkdir -p closed/in; echo x > closed/in/file; chmod 0 closed/in/file closed/in closed")]
    public async Task Add_HomeWithAnything_IsDeletedAndNothingElse(string script)
    {
        string kept = _files.Write(Path.Combine("outside", "kept"), "kept");
        string home = Home();
        await AsAsync(Agent, $"cd {home}; OUTSIDE={Path.GetDirectoryName(kept)}; {script}");
        using RemovedHomes removed = Open();

        removed.Add(home);

        Assert.False(Directory.Exists(home));
        await DeletedAsync();
        Assert.Equal("kept", await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Open_RunnerWasKilledMeanwhile_GoesOnWhereItWas()
    {
        using (RemovedHomes earlier = Open())
            earlier.Dispose();
        Directory.CreateDirectory(Path.Combine(Removed, "7", "in"));
        File.WriteAllText(Path.Combine(Removed, "8"), "moved here");
        using RemovedHomes removed = Open();

        removed.Add(Home());

        await DeletedAsync();
    }

    [Fact]
    public async Task Add_AnotherAgent_DoesNotGetThere()
    {
        using RemovedHomes removed = Open();

        Assert.Equal("", await AsAsync(Agent, $"ls {Removed}; cd {Removed} && echo entered"));
    }

    /// <summary>It has a directory of the home as its working directory, and changes what is in it as fast as it can.</summary>
    [Fact]
    public async Task Add_AccompliceIsStillInTheHome_CannotLeadAstray()
    {
        string[] kept = [.. Enumerable.Range(0, 3).Select(i => _files.Write(Path.Combine("outside", $"{i}"), "kept"))];
        string outside = Path.GetDirectoryName(kept[0])!;
        using RemovedHomes removed = Open();
        for (int i = 0; i < Repetitions; i++)
        {
            string home = Home();
            await AsAsync(Agent, $"cd {home}; mkdir -m 777 open; chmod 755 .; for i in 1 2 3 4 5 6 7 8; do mkdir -m 777 open/$i; done; touch open/1/file");
            using Process accomplice = As(
                Accomplice,
                $"cd {home}/open; echo in; while :; do for i in 1 2 3 4 5 6 7 8; do rmdir $i; ln -s {outside} $i; mkdir -p x; rm $i; mv x $i; done 2>/dev/null; done");
            Assert.Equal("in", await accomplice.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

            removed.Add(home);

            await DeletedAsync();
            accomplice.Kill();
            await accomplice.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.All(kept, file => Assert.True(File.Exists(file)));
        }
    }

    private RemovedHomes Open()
    {
        Directory.CreateDirectory(_files.At("homes"));
        File.SetUnixFileMode(_files.At("homes"), (UnixFileMode)0x1C9);
        RemovedHomes removed = new(Removed, NullLogger.Instance);
        removed.Open();
        return removed;
    }

    private string Home()
    {
        string home = _files.At("homes", "run_a");
        Directory.CreateDirectory(home);
        using Process chown = Process.Start("chown", [$"{Agent}", home]);
        chown.WaitForExit();
        File.SetUnixFileMode(_files.At("homes"), (UnixFileMode)0x1C9);
        return home;
    }

    private Task DeletedAsync() => TestRun.EventuallyAsync(() => !Directory.EnumerateFileSystemEntries(Removed).Any(), "all is deleted");

    private static async Task<string> AsAsync(uint user, string script)
    {
        using Process process = As(user, script);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }

    private static Process As(uint user, string script) => Process.Start(new ProcessStartInfo(
        "setpriv", ["--reuid", $"{user}", "--regid", $"{user}", "--clear-groups", "sh", "-c", script])
    { RedirectStandardOutput = true, RedirectStandardError = false })!;
}
