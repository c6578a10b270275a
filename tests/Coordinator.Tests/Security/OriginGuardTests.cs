using System.Net;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;

namespace Coordinator.Tests.Security;

public sealed class OriginGuardTests
{
    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "https://{host}")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "http://localhost:{port}")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Request_FromPageOfAnotherSite_IsForbidden(string header, string value)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(coordinator.WebUrl, header, value).WithTimeout());
    }

    [Theory]
    [InlineData("Origin", "http://{host}")]
    [InlineData("Origin", "HTTP://{host}")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("X-Nothing", "x")]
    public async Task Request_FromOwnPageOrNoPage_IsAnswered(string header, string value)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await AskAsync(coordinator.WebUrl, header, value).WithTimeout());
    }

    [Theory]
    [InlineData("GET", "cross-site", "navigate", "document", null, HttpStatusCode.OK)]
    [InlineData("GET", "same-site", "navigate", "document", null, HttpStatusCode.OK)]
    [InlineData("GET", "cross-site", "navigate", "document", "http://{host}", HttpStatusCode.OK)]
    [InlineData("GET", "cross-site", "navigate", "document", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "navigate", "document", "null", HttpStatusCode.Forbidden)]
    [InlineData("POST", "cross-site", "navigate", "document", null, HttpStatusCode.Forbidden)]
    [InlineData("HEAD", "cross-site", "navigate", "document", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "navigate", "iframe", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "same-site", "navigate", "iframe", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "navigate", "object", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "navigate", "", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "no-cors", "image", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "no-cors", "script", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "cors", "empty", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "cross-site", "websocket", "document", null, HttpStatusCode.Forbidden)]
    public async Task LinkFromAnotherSite_OpensThePageButNothingElseDoes(
        string method, string site, string mode, string dest, string? origin, HttpStatusCode expected)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        List<(string, string)> headers = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)];
        if (origin is not null)
            headers.Add(("Origin", origin));

        Assert.Equal(expected, await AskAsync(coordinator.WebUrl, new HttpMethod(method), [.. headers]).WithTimeout());
    }

    [Fact]
    public async Task Request_ForNameThatIsNotAllowed_IsRefused()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(coordinator.WebUrl, "Host", "rebound.example").WithTimeout());
    }

    private static Task<HttpStatusCode> AskAsync(string url, string header, string value) => AskAsync(url, HttpMethod.Get, (header, value));

    private static async Task<HttpStatusCode> AskAsync(string url, HttpMethod method, params (string Name, string Value)[] headers)
    {
        Uri address = new(url);
        using HttpClient client = new();
        using HttpRequestMessage request = new(method, $"{url}/healthz");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value
                .Replace("{host}", address.Authority, StringComparison.Ordinal)
                .Replace("{port}", address.Port.ToString(), StringComparison.Ordinal));
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
