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

    [Fact]
    public async Task Request_ForNameThatIsNotAllowed_IsRefused()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(coordinator.WebUrl, "Host", "rebound.example").WithTimeout());
    }

    private static async Task<HttpStatusCode> AskAsync(string url, string header, string value)
    {
        Uri address = new(url);
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Get, $"{url}/healthz");
        request.Headers.TryAddWithoutValidation(header, value
            .Replace("{host}", address.Authority, StringComparison.Ordinal)
            .Replace("{port}", address.Port.ToString(), StringComparison.Ordinal));
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
