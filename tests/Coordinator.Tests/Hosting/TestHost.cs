using Coordinator.Hosting;
using Coordinator.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Coordinator.Tests.Hosting;

/// <summary>Coordinators for tests of their start: on a directory that the test has prepared, on free ports, without a console.</summary>
internal static class TestHost
{
    public static WebApplication Build(TestFiles files, Action<WebApplicationBuilder>? configure = null, params string[] more) =>
        CoordinatorHost.Build(CommandLine.Parse([.. Settings(files), .. more]), builder =>
        {
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });

    public static string DataDirectory(TestFiles files) => files.At("data");

    /// <summary>The sentence that a start on these files ends with; fails if it succeeds or if nobody foresaw the failure.</summary>
    public static async Task<StartFailure> FailsAsync(
        TestFiles files, Action<WebApplicationBuilder>? configure = null, params string[] more)
    {
        Exception problem = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using WebApplication app = Build(files, configure, more);
            await app.StartAsync();
        });
        StartFailure? failure = StartFailure.Explain(problem);
        Assert.True(failure is not null, $"Not explained: {problem}");
        return failure;
    }

    private static string[] Settings(TestFiles files) =>
    [
        $"--Coordinator:DataDirectory={DataDirectory(files)}",
        "--Kestrel:Endpoints:Web:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
    ];
}
