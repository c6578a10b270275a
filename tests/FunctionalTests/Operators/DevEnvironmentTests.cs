using Coordinator.Testing;
using Coordinator.Testing.Processes;
using Coordinator.Testing.Waiting;

namespace Coordinator.FunctionalTests.Operators;

/// <summary>What agents find in their environment when everything is one command.</summary>
public sealed class DevEnvironmentTests
{
    private const string Secret = "nobody-may-see-this";

    private static readonly Dictionary<string, string> OfTheProduct = new()
    {
        ["Kestrel__Certificates__Default__Password"] = Secret,
        ["KESTREL__Certificates__Other__Password"] = Secret,
        ["ASPNETCORE_Kestrel__Certificates__Third__Password"] = Secret,
        ["DOTNET_Kestrel__Certificates__Fourth__Password"] = Secret,
        ["ASPNETCORE_DETAILEDERRORS"] = Secret,
        ["DOTNET_ENVIRONMENT"] = Secret,
        ["ConnectionStrings__Postgres"] = Secret,
        ["SQLCONNSTR_Postgres"] = Secret,
        ["Logging__LogLevel__Nobody"] = "Warning",
        ["Coordinator__MaxWatchers"] = "77",
        ["AllowedHosts"] = "localhost;127.0.0.1",
        ["Runner__Tags__0"] = Secret,
    };

    private static readonly Dictionary<string, string> OfThePerson = new()
    {
        ["ANTHROPIC_API_KEY"] = "key-of-the-agent",
        ["HTTP_PROXY"] = "http://proxy.example:3128",
        ["SSH_AUTH_SOCK"] = "/run/agent.sock",
        ["LC_ALL"] = "C.UTF-8",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
    };

    [Fact]
    public async Task Agent_OfDev_PrintsItsEnvironment_AndNothingOfOursIsInIt()
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            WorkingDirectory = files.CreateDirectory("coordinator"),
            Arguments = ["--dev"],
            Environment = new Dictionary<string, string>([.. OfTheProduct, .. OfThePerson]),
        });
        Proto.Runner runner = await coordinator.WaitForRunnerAsync("local");
        // It is a setting for the runner, which gets it; its agents do not.
        Assert.Equal([Secret], runner.Tags);

        string[] variables = await EnvironmentOfAnAgentAsync(coordinator);

        Assert.DoesNotContain(variables, variable => variable.Contains(Secret, StringComparison.Ordinal));
        Assert.Empty(variables.Select(NameOf).Intersect(OfTheProduct.Keys, StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(
            variables.Select(NameOf),
            name => name.Contains("__", StringComparison.Ordinal) || name.StartsWith("ASPNETCORE", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(OfThePerson.Select(variable => $"{variable.Key}={variable.Value}").Except(variables));
        string[] needed = ["PATH", "HOME", "DOTNET_ROOT", "COORDINATOR_SESSION_ID", "COORDINATOR_RUN_ID"];
        Assert.Empty(needed.Except(variables.Select(NameOf)));
    }

    [Fact]
    public async Task Agent_OfDev_HasWhatThePersonNamed()
    {
        using TestFiles files = new();
        await using CoordinatorProcess coordinator = await CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            WorkingDirectory = files.CreateDirectory("coordinator"),
            Arguments = ["--dev"],
            Environment = new Dictionary<string, string>([.. OfTheProduct])
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Test",
                ["Runner__PassEnvironment__0"] = "ASPNETCORE_ENV*",
                ["Runner__PassEnvironment__1"] = "Kestrel__*",
            },
        });
        await coordinator.WaitForRunnerAsync("local");

        string[] variables = await EnvironmentOfAnAgentAsync(coordinator);

        Assert.Contains("ASPNETCORE_ENVIRONMENT=Test", variables);
        Assert.DoesNotContain(variables, variable => variable.Contains(Secret, StringComparison.Ordinal));
    }

    private static async Task<string[]> EnvironmentOfAnAgentAsync(CoordinatorProcess coordinator)
    {
        Proto.Session session = (await coordinator.Sessions.StartSessionAsync(new() { Executor = "command", Prompt = "env" })).Session;
        Proto.Run run = await Eventually.Get(
            async () => (await coordinator.Runs.GetRunAsync(new() { RunId = session.RunId })).Run, r => r.EndTime is not null);
        Assert.Equal(Proto.RunStatus.Completed, run.Status);
        Proto.ListSessionEventsResponse events = await coordinator.Sessions.ListSessionEventsAsync(
            new() { SessionId = session.SessionId, PageSize = 1_000 });
        return [.. events.Events.Select(e => e.Output?.Text).OfType<string>()];
    }

    private static string NameOf(string variable) => variable.Split('=', 2)[0];
}
