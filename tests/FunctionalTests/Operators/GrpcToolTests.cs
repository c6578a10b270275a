using System.Diagnostics;
using System.Text.Json;
using Coordinator.Testing;
using Coordinator.Testing.Deployments;
using Coordinator.Testing.Tools;
using Coordinator.Testing.Waiting;

namespace Coordinator.FunctionalTests.Operators;

/// <summary>What an operator does by hand with a gRPC tool, which knows the API only through reflection.</summary>
public sealed class GrpcToolTests
{
    [Fact]
    public async Task StartWatchStopAndGetRun_ThroughReflection_WorkFromTheCommandLine()
    {
        string buf = RequiredTool.Buf.Path;
        await using Deployment deployment = await Deployment.CreateAsync();
        string address = deployment.Coordinator.GrpcAddress.GetLeftPart(UriPartial.Authority);

        JsonElement started = Json(await CallAsync(buf, address, "SessionService/StartSession", """{"executor": "command", "prompt": "echo hello; sleep 300"}"""));
        string sessionId = started.GetProperty("session").GetProperty("sessionId").GetString()!;
        string runId = started.GetProperty("run").GetProperty("runId").GetString()!;
        await deployment.RunWhenAsync(runId, r => r.Status == Proto.RunStatus.Running);

        using Process watch = Start(buf, address, "SessionService/WatchSessions", "{}");
        string snapshot = await ReadUntilAsync(watch, sessionId);
        JsonElement stopped = Json(await CallAsync(buf, address, "SessionService/StopSession", $$"""{"session_id": "{{sessionId}}", "reason": "enough"}"""));
        string news = await ReadUntilAsync(watch, "SESSION_STATUS_STOPPED");
        watch.Kill();
        JsonElement run = Json(await CallAsync(buf, address, "RunService/GetRun", $$"""{"run_id": "{{runId}}"}""")).GetProperty("run");

        Assert.Contains("snapshot", snapshot);
        Assert.Equal("STOP_DELIVERY_SENT", stopped.GetProperty("delivery").GetString());
        Assert.Contains("sessionUpdated", news);
        Assert.Equal("RUN_STATUS_STOPPED", run.GetProperty("status").GetString());
        Assert.Equal(("enough", 0), (run.GetProperty("stop").GetProperty("reason").GetString(), run.GetProperty("stop").GetProperty("processesLeft").GetInt32()));
    }

    [Fact]
    public async Task ListMethods_ThroughReflection_NamesEveryService()
    {
        string buf = RequiredTool.Buf.Path;
        await using Deployment deployment = await Deployment.CreateAsync();

        using Process list = Run(buf, ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--list-methods", deployment.Coordinator.GrpcAddress.GetLeftPart(UriPartial.Authority)]);
        string[] methods = (await list.StandardOutput.ReadToEndAsync().WithTimeout()).Split('\n');

        Assert.Contains("coordinator.v1.SessionService/StopSessions", methods);
        Assert.Contains("coordinator.v1.RunService/StopRun", methods);
        Assert.Contains("coordinator.v1.FleetService/DrainRunner", methods);
        Assert.Contains("coordinator.v1.RunnerService/Connect", methods);
        Assert.Contains("grpc.health.v1.Health/Check", methods);
    }

    [Fact]
    public async Task Health_OfARunningCoordinator_IsServing()
    {
        string buf = RequiredTool.Buf.Path;
        await using Deployment deployment = await Deployment.CreateAsync();
        string address = deployment.Coordinator.GrpcAddress.GetLeftPart(UriPartial.Authority);

        // The service's answer is renewed at intervals; the first one comes soon after the start.
        using Process watch = Run(buf, ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", "{}", $"{address}/grpc.health.v1.Health/Watch"]);
        string news = await ReadUntilAsync(watch, "\"SERVING\"");
        watch.Kill();
        using HttpClient web = new();

        Assert.Contains("SERVING", news);
        Assert.Equal("Healthy", await web.GetStringAsync(new Uri(deployment.Coordinator.WebAddress, "healthz")).WithTimeout());
    }

    [Fact]
    public async Task Lint_OfTheProtos_IsClean()
    {
        using Process lint = Run(RequiredTool.Buf.Path, ["lint", Repository.Root]);
        string findings = await lint.StandardOutput.ReadToEndAsync().WithTimeout();
        await lint.WaitForExitAsync().WithTimeout();

        Assert.Equal(("", 0), (findings, lint.ExitCode));
    }

    private static async Task<string> CallAsync(string buf, string address, string method, string request)
    {
        using Process call = Start(buf, address, method, request);
        Task<string> errors = call.StandardError.ReadToEndAsync();
        string answer = await call.StandardOutput.ReadToEndAsync().WithTimeout();
        await call.WaitForExitAsync().WithTimeout();
        Assert.True(call.ExitCode == 0, await errors);
        return answer;
    }

    private static Process Start(string buf, string address, string method, string request) =>
        Run(buf, ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", request, $"{address}/coordinator.v1.{method}"]);

    private static Process Run(string buf, string[] arguments) =>
        Process.Start(new ProcessStartInfo(buf, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<string> ReadUntilAsync(Process process, string wanted)
    {
        List<string> lines = [];
        while (await process.StandardOutput.ReadLineAsync().WithTimeout() is { } line)
        {
            lines.Add(line);
            if (line.Contains(wanted))
                return string.Join('\n', lines);
        }

        throw new InvalidOperationException($"'{wanted}' did not come; the tool wrote:\n{string.Join('\n', lines)}");
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
