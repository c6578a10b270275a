using System.IO.Pipelines;
using Coordinator.Grpc;
using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Storage;
using Coordinator.Timelines;

namespace Coordinator.Pages;

/// <summary>The output of a session as a file, for people: <c>GET /sessions/{session_id}/output.txt[?stream=stdout|stderr]</c>.</summary>
internal static class OutputDownload
{
    public static void MapOutputDownload(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/sessions/{session_id}/output.txt", AnswerAsync);

    private static async Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "text/plain; charset=utf-8";
        EventQueries events = http.RequestServices.GetRequiredService<EventQueries>();
        CancellationToken stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            Caller caller = http.RequestServices.GetRequiredService<Callers>().Of(http);
            string sessionId = (string)http.GetRouteValue("session_id")!;
            Proto.OutputStream only = Check(sessionId, http.Request.Query["stream"].ToString());
            IAsyncEnumerable<EventChunk> chunks = await events.ReadAllAsync(caller, sessionId, ended.Token);
            // An id has no character that means anything in a header or a file name.
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{sessionId}{Suffix(only)}.txt\"";
            await SendAsync(http.Response.BodyWriter, chunks, only, ended.Token);
        }
        catch (CoordinatorException refusal)
        {
            http.Response.StatusCode = refusal.Kind == ErrorKind.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync($"{refusal.Message}\n");
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Without the end of the body, so that a file that is cut short does not look complete.
            http.Abort();
        }
    }

    private static Proto.OutputStream Check(string sessionId, string stream)
    {
        RequestCheck check = new RequestCheck().Id("session_id", sessionId, Ids.Session);
        if (stream is not ("" or "stdout" or "stderr"))
            check.Fail("stream", "must be stdout or stderr, or left out for both");
        check.ThrowIfAny();
        return stream switch
        {
            "stdout" => Proto.OutputStream.Stdout,
            "stderr" => Proto.OutputStream.Stderr,
            _ => Proto.OutputStream.Unspecified,
        };
    }

    private static string Suffix(Proto.OutputStream only) => only switch
    {
        Proto.OutputStream.Stdout => "-stdout",
        Proto.OutputStream.Stderr => "-stderr",
        _ => "-output",
    };

    private static async Task SendAsync(PipeWriter body, IAsyncEnumerable<EventChunk> chunks, Proto.OutputStream only, CancellationToken cancellationToken)
    {
        OutputText text = new(body, only);
        await foreach (EventChunk chunk in chunks)
        {
            text.Write(chunk);
            FlushResult result = await body.FlushAsync(cancellationToken);
            if (result.IsCompleted)
                return;
        }
    }
}
