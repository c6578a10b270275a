using Coordinator.Listening;
using Coordinator.Storage;
using Microsoft.Extensions.Options;

namespace Coordinator.Hosting;

/// <summary>What somebody who has just started the coordinator needs next, with the addresses it really has.</summary>
internal sealed class Greeting(Endpoints endpoints, IOptions<StorageOptions> options, CommandLine commandLine)
{
    private const string SessionService = "coordinator.v1.SessionService";

    public void Write(TextWriter output, bool colour)
    {
        Paint paint = new(colour);
        output.WriteLine();
        output.WriteLine($"  {paint.Strong("Coordinator")} is ready.");
        output.WriteLine();
        output.WriteLine($"  {paint.Faint("Dashboard")}  {paint.Link(endpoints.WebUrl)}");
        output.WriteLine($"  {paint.Faint("gRPC")}       {paint.Link(endpoints.GrpcUrl)}");
        output.WriteLine($"  {paint.Faint("Data")}       {Path.GetFullPath(options.Value.DataDirectory)}");
        output.WriteLine();
        if (commandLine.Dev)
            WriteFirstSteps(output, paint);
        else
            WriteNextStep(output, paint);
        output.WriteLine();
    }

    /// <summary>Whether standard output is a terminal whose user has nothing against colours (https://no-color.org).</summary>
    public static bool WantsColour(bool redirected) =>
        !redirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    private void WriteFirstSteps(TextWriter output, Paint paint)
    {
        output.WriteLine($"  {paint.Faint("Open the dashboard to start, watch and stop sessions, or use any gRPC tool:")}");
        output.WriteLine();
        WriteCall(output, paint, "Start a session", "StartSession",
            """{"executor":"command","prompt":"for i in $(seq 60); do echo $i; sleep 1; done"}""");
        WriteCall(output, paint, "Watch all sessions", "WatchSessions", "{}");
        WriteCall(output, paint, "Stop a session", "StopSession", """{"session_id":"ses_…"}""");
        output.WriteLine($"  {paint.Faint("Ctrl-C ends the coordinator, its runner and what that runs.")}");
    }

    private void WriteNextStep(TextWriter output, Paint paint)
    {
        output.WriteLine($"  {paint.Faint("Connect a runner from the directory its agents work in:")}");
        output.WriteLine($"    Runner__Coordinator={endpoints.GrpcUrl} coordinator-runner");
    }

    private void WriteCall(TextWriter output, Paint paint, string what, string method, string request)
    {
        Uri address = new(endpoints.GrpcUrl);
        string plaintext = address.Scheme == Uri.UriSchemeHttp ? "-plaintext " : "";
        output.WriteLine($"  {paint.Faint(what)}");
        output.WriteLine($"    grpcurl {plaintext}-d '{request}' {address.Authority} {SessionService}/{method}");
        output.WriteLine();
    }

    /// <summary>Terminal colours, or none.</summary>
    private readonly struct Paint(bool colour)
    {
        public string Strong(string text) => With("1", text);

        public string Faint(string text) => With("2", text);

        public string Link(string text) => With("36", text);

        private string With(string code, string text) => colour ? $"\e[{code}m{text}\e[0m" : text;
    }
}
