using System.Net;
using System.Text.Json;
using Coordinator.Testing.Waiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordinator.Testing.Model;

/// <summary>
/// Stands in for the Messages API of a model on a loopback port, so that real agents run in tests: a script decides what
/// the model says, and everything the agent asked is kept.
/// </summary>
public sealed class ModelStandIn : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Func<ModelConversation, CancellationToken, Task<ModelAnswer>> _script;
    private readonly Lock _gate = new();
    private readonly List<ModelRequest> _requests = [];
    private readonly CancellationTokenSource _disposing = new();
    private int _answers;

    private ModelStandIn(Func<ModelConversation, CancellationToken, Task<ModelAnswer>> script)
    {
        _script = script;
        // Empty: no settings file beside the tests gives it other addresses, nothing is logged, and no console lifetime
        // takes SIGTERM and Ctrl+C away from the test's own process.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            // A resumed conversation with its tools and system prompt is long.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>What the agent takes as ANTHROPIC_BASE_URL.</summary>
    public Uri Address => new(_server.Urls.Single());

    /// <summary>Everything that was asked so far, in the order of arrival.</summary>
    public IReadOnlyList<ModelRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>What the script was asked so far, in the order of arrival.</summary>
    public IReadOnlyList<ModelConversation> Conversations =>
        [.. Requests.Select(request => request.Conversation).OfType<ModelConversation>().Where(AsksScript)];

    /// <summary>Starts a stand-in. The script may be asked for several agents at the same time.</summary>
    public static Task<ModelStandIn> StartAsync(Func<ModelConversation, ModelAnswer> script) =>
        StartAsync((conversation, _) => Task.FromResult(script(conversation)));

    /// <summary>
    /// Starts a stand-in whose script may wait, for example on a <see cref="SyncPoint"/>; it is cancelled when
    /// the agent hangs up.
    /// </summary>
    public static async Task<ModelStandIn> StartAsync(
        Func<ModelConversation, CancellationToken, Task<ModelAnswer>> script)
    {
        var standIn = new ModelStandIn(script);
        await standIn._server.StartAsync();
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        // A script that still holds an agent must not hold the server.
        await _disposing.CancelAsync();
        await _server.DisposeAsync();
        _disposing.Dispose();
    }

    /// <summary>Agents ask on their own account too (a title for the session); such calls have no tools.</summary>
    private static bool AsksScript(ModelConversation conversation) => conversation.Tools.Count > 0;

    private async Task AnswerAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _disposing.Token);
        try
        {
            await AnswerAsync(context, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = await RecordAsync(context.Request, cancellationToken);
        if (request.Conversation is { } conversation)
        {
            var answer = await NextAnswerAsync(conversation, cancellationToken);
            var writer = new MessageWriter(context.Response, conversation.Model, Interlocked.Increment(ref _answers));
            await writer.WriteAsync(answer, conversation.Streaming, cancellationToken);
        }
        else if (request.Method == HttpMethods.Post && context.Request.Path == "/v1/messages/count_tokens")
        {
            await context.Response.WriteAsJsonAsync(new { input_tokens = 1 }, cancellationToken);
        }
        else if (!HttpMethods.IsHead(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            var error = MessageWriter.ErrorBody("not_found_error", $"The stand-in has no {request.PathAndQuery}.");
            await context.Response.WriteAsJsonAsync(error, cancellationToken);
        }
    }

    /// <summary>A script that fails must not look like a busy model, which agents ask again and again for minutes.</summary>
    private async Task<ModelAnswer> NextAnswerAsync(ModelConversation conversation, CancellationToken cancellationToken)
    {
        if (!AsksScript(conversation))
            return ModelAnswer.Text("Noted.");

        try
        {
            return await _script(conversation, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return ModelAnswer.Error(
                StatusCodes.Status400BadRequest, "invalid_request_error", $"The test's script failed: {failure.Message}");
        }
    }

    private async Task<ModelRequest> RecordAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(cancellationToken);
        var recorded = new ModelRequest(
            request.Method,
            $"{request.Path}{request.QueryString}",
            body,
            HttpMethods.IsPost(request.Method) && request.Path == "/v1/messages" ? ParseConversation(body) : null);
        lock (_gate)
            _requests.Add(recorded);
        return recorded;
    }

    private static ModelConversation ParseConversation(string body)
    {
        using var document = JsonDocument.Parse(body);
        return ModelConversation.Parse(document.RootElement);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
