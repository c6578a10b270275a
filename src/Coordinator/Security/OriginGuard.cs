using Microsoft.Extensions.Primitives;

namespace Coordinator.Security;

/// <summary>
/// Keeps other web sites out. A page that somebody has open can send requests to addresses on their machine; a browser
/// then says where the page is from, and a request from elsewhere is refused before anything reads it.
/// </summary>
internal sealed partial class OriginGuard(RequestDelegate next, TimeProvider time, ILogger<OriginGuard> logger)
{
    /// <summary>Between two lines of the log: a page can send any number of requests.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _told;
    private long _untold;

    public Task InvokeAsync(HttpContext http)
    {
        if (!IsForeign(http.Request))
            return next(http);

        Tell(http.Request);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync("Requests from pages of other sites are refused.\n");
    }

    private void Tell(HttpRequest request)
    {
        long untold;
        lock (_lock)
        {
            if (_told is { } told && time.GetElapsedTime(told) < Pause)
            {
                _untold++;
                return;
            }

            _told = time.GetTimestamp();
            (untold, _untold) = (_untold, 0);
        }

        LogRefused(request.Headers.Origin, request.Host, untold);
    }

    private static bool IsForeign(HttpRequest request)
    {
        StringValues origins = request.Headers.Origin;
        if (origins.Count > 0 && !(origins.Count == 1 && IsOwn(origins[0], request)))
            return true;
        return request.Headers["Sec-Fetch-Site"].Any(site => Is(site, "cross-site") || Is(site, "same-site")) && !IsFollowedLink(request);
    }

    /// <summary>
    /// Somebody followed a link from elsewhere, and the answer takes the whole window: nothing of the other site is around
    /// it or can read it, and a GET changes nothing. A frame is different: what is in it can be clicked unawares.
    /// </summary>
    private static bool IsFollowedLink(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && Is(request.Headers["Sec-Fetch-Mode"], "navigate")
        && Is(request.Headers["Sec-Fetch-Dest"], "document");

    private static bool Is(string? header, string value) => string.Equals(header, value, StringComparison.OrdinalIgnoreCase);

    /// <summary>Same scheme, host and port. Default ports may be left out on either side; "null" is nobody's own.</summary>
    private static bool IsOwn(string? text, HttpRequest request) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? origin)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out Uri? own)
        && origin.Scheme == own.Scheme
        && origin.IdnHost.Equals(own.IdnHost, StringComparison.OrdinalIgnoreCase)
        && origin.Port == own.Port;

    [LoggerMessage(1301, LogLevel.Warning, "Refused a request from a page of {Origin} to {Host}, and {Others} others since this was last said")]
    private partial void LogRefused(StringValues origin, HostString host, long others);
}
