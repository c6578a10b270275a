using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;
using Grpc.Net.Client;

namespace Coordinator.Tests.Hosting;

/// <summary>The program as people start it: what it prints and how it ends.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task BusyPort_IsSaidInOneSentence()
    {
        using TestFiles files = new();
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        string busy = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        (int exitCode, string output, string error) = await RunAsync(Start(files, $"--Kestrel:Endpoints:Grpc:Url={busy}"));

        Assert.Equal((1, ""), (exitCode, output));
        Assert.StartsWith(
            $"Failed to bind to address {busy}: address already in use.", Assert.Single(Complaints(error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSettings_AreSaidInOneLineEach()
    {
        using TestFiles files = new();

        (int exitCode, string output, string error) = await RunAsync(
            Start(files, "--Coordinator:MaxWatchers=0", "--Coordinator:MaxPendingRuns=x"));

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Equal(2, Complaints(error).Length);
    }

    [Fact]
    public async Task CleartextBeyondThisMachine_IsSaidInOneSentence()
    {
        using TestFiles files = new();

        (int exitCode, _, string error) = await RunAsync(Start(files, "--Kestrel:Endpoints:Grpc:Url=http://0.0.0.0:0"));

        Assert.Equal(2, exitCode);
        Assert.Contains("--insecure", Assert.Single(Complaints(error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_WithoutCertificate_IsSaidInOneSentence()
    {
        using TestFiles files = new();

        (int exitCode, _, string error) = await RunAsync(Start(files,
            "--Kestrel:Endpoints:Grpc:Url=https://127.0.0.1:0", $"--Kestrel:Certificates:Default:Path={files.At("missing.pfx")}"));

        Assert.Equal(1, exitCode);
        Assert.Contains("missing.pfx", Assert.Single(Complaints(error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupt_WithOpenStreams_EndsItAtOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are of Unix.");
        using TestFiles files = new();
        using Process program = Start(files);
        Task<string> errors = program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using GrpcChannel channel = GrpcChannel.ForAddress(await GrpcUrlAsync(program).WithTimeout());
        using var watch = new Proto.SessionService.SessionServiceClient(channel).WatchSessions(new Proto.WatchSessionsRequest());
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout());

        PromisedTime time = PromisedTime.Start();
        using (Process kill = Process.Start("kill", ["-INT", program.Id.ToString()]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken).WithTimeout();
        await program.WaitForExitAsync(TestContext.Current.CancellationToken).WithTimeout();
        time.Assert(TimeSpan.FromSeconds(2));

        Assert.Equal(0, program.ExitCode);
        Assert.DoesNotContain("   at ", await errors.WithTimeout(), StringComparison.Ordinal);
    }

    private static Process Start(TestFiles files, params string[] more)
    {
        ProcessStartInfo start = new("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "coordinator.dll"), $"--Coordinator:DataDirectory={files.At("data")}",
            "--Kestrel:Endpoints:Web:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0", .. more,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = files.Root,
        };
        return Process.Start(start)!;
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Process started)
    {
        using Process program = started;
        Task<string> output = program.StandardOutput.ReadToEndAsync();
        Task<string> error = program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync().WithTimeout();
        return (program.ExitCode, await output.WithTimeout(), await error.WithTimeout());
    }

    /// <summary>What was written to stderr besides the log, whose lines begin with the time.</summary>
    private static string[] Complaints(string error) =>
        [.. error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !char.IsAsciiDigit(line[0]))];

    private static async Task<string> GrpcUrlAsync(Process program)
    {
        while (await program.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["gRPC", var url])
                return url;
        }

        throw new InvalidOperationException("The program ended before it was ready.");
    }
}
