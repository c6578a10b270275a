using System.Net.Sockets;
using System.Security.Cryptography;
using Coordinator.Model;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Coordinator.Hosting;

/// <summary>
/// Why the coordinator did not start, for the person who started it: a sentence per cause and an exit code. What is not
/// known here is a mistake of the program and keeps its stack trace.
/// </summary>
internal sealed record StartFailure(int ExitCode, IReadOnlyList<string> Sentences)
{
    public static StartFailure? Explain(Exception problem) => problem switch
    {
        StartException known => new StartFailure(known.ExitCode, [known.Message]),
        OptionsValidationException invalid => new StartFailure(StartException.Configuration, [.. invalid.Failures]),
        IOException { InnerException: AddressInUseException } busy => Environment(
            $"{Sentence(busy.Message)} Another coordinator may be running; end it, or choose other ports with "
            + "--Kestrel:Endpoints:Web:Url=… and --Kestrel:Endpoints:Grpc:Url=…."),
        CoordinatorException { Reason: Reasons.StorageFull or Reasons.StorageUnavailable } => Environment(problem.Message),
        SocketException => Environment($"The coordinator cannot listen on one of its addresses: {Sentence(problem.Message)}"),
        CryptographicException => Environment($"The certificate for TLS cannot be used: {Sentence(problem.Message)}"),
        // The database says itself what is wrong with it; this is about sockets and the files of certificates.
        IOException or UnauthorizedAccessException => Environment($"The coordinator cannot listen: {Sentence(problem.Message)}"),
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } => Environment($"The coordinator cannot listen: {Sentence(problem.Message)}"),
        _ => null,
    };

    private static StartFailure Environment(string sentence) => new(StartException.Environment, [sentence]);

    /// <summary>The first line: the server's messages go on with advice for developers.</summary>
    private static string Sentence(string message) => $"{message.AsSpan().Trim().ToString().Split('\n')[0].TrimEnd('.', '\r', ' ')}.";
}
