using Coordinator.Hosting;
using Coordinator.Listening;
using Coordinator.Testing;
using Coordinator.Testing.Logs;
using Coordinator.Testing.Waiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator.Tests.Hosting;

/// <summary>A shell script plays the runner.</summary>
public sealed class LocalRunnerTests
{
    [Fact]
    public async Task Runner_IsToldWhereTheCoordinatorIs_AndEndsWithIt()
    {
        using TestFiles files = new();
        await using WebApplication app = Build(files, $"""
            env | grep '^Runner__' | sort > {files.At("env")}.new
            mv {files.At("env")}.new {files.At("env")}
            cat > /dev/null
            echo ended > {files.At("ended")}
            """);
        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();
        await Eventually.True(() => File.Exists(files.At("env")));

        await app.StopAsync(TestContext.Current.CancellationToken).WithTimeout();

        Assert.Equal(
        [
            $"Runner__Coordinator={app.Services.GetRequiredService<Endpoints>().GrpcUrl}",
            $"Runner__DataDirectory={files.At("data", "runner")}",
            "Runner__EndWithParent=true",
            "Runner__Executors__command__Enabled=true",
            "Runner__Name=local",
        ], await File.ReadAllLinesAsync(files.At("env"), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(files.At("ended")), "The runner was killed rather than told.");
    }

    [Fact]
    public async Task Runner_IsGivenWhatThePersonHasSetForIt_AndNothingElseOfTheCoordinator()
    {
        using TestFiles files = new();
        await using WebApplication app = Build(
            files,
            $"""
            env | grep -i '^[a-z_]*\(runner\|coordinator\|kestrel\)__' | sort > {files.At("env")}.new
            mv {files.At("env")}.new {files.At("env")}
            cat > /dev/null
            """,
            log: null,
            "--runner:name=mine", "--Runner:Capacity=3", "--Runner:Executors:command:Enabled=false", "--Runner:Tags:0=gpu");
        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();
        await Eventually.True(() => File.Exists(files.At("env")));

        await app.StopAsync(TestContext.Current.CancellationToken).WithTimeout();

        Assert.Equal(
        [
            "Runner__Capacity=3",
            $"Runner__Coordinator={app.Services.GetRequiredService<Endpoints>().GrpcUrl}",
            $"Runner__DataDirectory={files.At("data", "runner")}",
            "Runner__EndWithParent=true",
            "Runner__Executors__command__Enabled=false",
            "Runner__Name=mine",
            "Runner__Tags__0=gpu",
        ], await File.ReadAllLinesAsync(files.At("env"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Environment_OfTheRunner_IsTheCoordinatorsWithoutItsSettings()
    {
        Dictionary<string, string?> environment = new()
        {
            ["PATH"] = "/bin",
            ["DOTNET_ROOT"] = "/usr/share/dotnet",
            ["ANTHROPIC_API_KEY"] = "key",
            ["ASPNETCORE_ENVIRONMENT"] = "Test",
            ["DOTNET_ENVIRONMENT"] = "Test",
            ["Kestrel__Certificates__Default__Password"] = "secret",
            ["Coordinator__DataDirectory"] = "/data",
            ["ConnectionStrings__Postgres"] = "secret",
            ["runner__name"] = "mine",
        };

        LocalRunnerProgram.RemoveSettings(environment, ["ASPNETCORE_*", "Kestrel__*"]);

        Assert.Equal(
            ["ANTHROPIC_API_KEY", "ASPNETCORE_ENVIRONMENT", "DOTNET_ROOT", "PATH"], environment.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Runner_ThatDies_IsStartedAgain()
    {
        using TestFiles files = new();
        using ErrorLogGuard log = new();
        await using WebApplication app = Build(files, $"echo >> {files.At("starts")}; exit 7", log);
        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();

        await Eventually.True(() => File.Exists(files.At("starts")) && File.ReadAllLines(files.At("starts")).Length >= 3);
        await app.StopAsync(TestContext.Current.CancellationToken).WithTimeout();

        Assert.Equal(
            [
                "The local runner ended with exit code 7; started again after 0.2 s",
                "The local runner ended with exit code 7; started again after 0.4 s",
            ],
            log.Records.Where(r => r.EventId.Id == 1211).Select(r => r.Message).Take(2));
    }

    [Fact]
    public async Task Runner_ThatDoesNotEnd_IsKilled()
    {
        using TestFiles files = new();
        using ErrorLogGuard log = new();
        await using WebApplication app = Build(
            files, $"trap '' TERM INT HUP; echo > {files.At("started")}; while :; do sleep 0.1; done", log);
        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();
        await Eventually.True(() => File.Exists(files.At("started")));

        await app.StopAsync(TestContext.Current.CancellationToken).WithTimeout();

        Assert.Contains(log.Records, r => r.EventId.Id == 1212);
    }

    [Fact]
    public void Runner_ThatIsNotThere_IsMissedAtOnce()
    {
        using TestFiles files = new();

        Assert.Contains(
            "not there", Assert.Throws<StartException>(() => LocalRunnerProgram.Find(files.Root)).Message, StringComparison.Ordinal);
    }

    private static WebApplication Build(TestFiles files, string script, ErrorLogGuard? log = null, params string[] settings)
    {
        files.WriteScript(Path.Combine("runner", "coordinator-runner"), script);
        return TestHost.Build(files, builder =>
        {
            if (log is not null)
                builder.Logging.AddProvider(log);
            builder.Services.AddLocalRunner(files.Root);
        }, settings);
    }
}
