using Coordinator.Listening;
using Coordinator.Testing;
using Coordinator.Testing.Logs;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator.Tests.Listening;

public sealed class ListenGuardTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8766")]
    [InlineData("http://[::]:8766")]
    [InlineData("http://*:8766")]
    [InlineData("http://+:8766")]
    [InlineData("http://192.0.2.1:8766")]
    [InlineData("http://coordinator.example:8766")]
    [InlineData("http://localhost.example:8766")]
    public void Cleartext_BeyondThisMachine_IsRefused(string url)
    {
        StartException refusal = Assert.Throws<StartException>(() => ListenSettings.Read(Settings(url), insecure: false));

        Assert.Contains("--insecure", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(url, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8766")]
    [InlineData("http://127.8.8.8:8766")]
    [InlineData("http://[::1]:8766")]
    [InlineData("http://localhost:8766")]
    [InlineData("http://unix:/tmp/coordinator.sock")]
    [InlineData("https://0.0.0.0:8766")]
    public void ThisMachineOrTls_IsAllowed(string url) =>
        Assert.Single(ListenSettings.Read(Settings(url), insecure: false).Addresses);

    [Fact]
    public void Cleartext_WithInsecure_IsAllowedAndWarnedOf()
    {
        using ErrorLogGuard log = new();

        ListenSettings listening = ListenSettings.Read(Settings("http://0.0.0.0:8766"), insecure: true);
        ListenGuard.Warn(listening.Addresses, log.CreateLogger("test"));

        LogRecord warning = Assert.Single(log.Records);
        Assert.Equal(LogLevel.Warning, warning.Level);
    }

    [Fact]
    public async Task OtherWaysToNameAddresses_OpenNothing()
    {
        using TestFiles files = new();
        await using WebApplication app = TestHost.Build(files, configure: null,
            "--urls=http://0.0.0.0:0", "--http_ports=0", "--https_ports=0", "--preferHostingUrls=true");

        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();

        ICollection<string> bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Endpoints endpoints = app.Services.GetRequiredService<Endpoints>();
        Assert.Equal(new HashSet<string> { endpoints.GrpcUrl, endpoints.WebUrl }, [.. bound]);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://127.0.0.1:1")]
    [InlineData("http://127.0.0.1:1/path")]
    [InlineData("http://127.0.0.1:65536")]
    public void Url_ThatIsNoAddress_IsRefused(string url) =>
        Assert.Contains(
            $"'{url}'",
            Assert.Throws<StartException>(() => ListenSettings.Read(Settings(url), insecure: false)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void EmptyUrl_LeavesTheEndpointOut()
    {
        ListenSettings listening = ListenSettings.Read(Settings("https://127.0.0.1:8766", web: ""), insecure: false);

        Assert.Equal(["Grpc"], listening.Addresses.Select(a => a.Name));
        Assert.Equal(["Grpc"], listening.Kestrel.GetSection("Endpoints").GetChildren().Select(e => e.Key));
        Assert.Equal("Http1AndHttp2", listening.Kestrel["Endpoints:Grpc:Protocols"]);
    }

    [Fact]
    public void CertificatePath_IsTakenFromWhereTheCoordinatorIsStarted()
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kestrel:Endpoints:Web:Url"] = "https://0.0.0.0:1",
            ["Kestrel:Certificates:Default:Path"] = "some.pfx",
        }).Build();

        Assert.Equal(Path.GetFullPath("some.pfx"), ListenSettings.Read(settings, insecure: false).Kestrel["Certificates:Default:Path"]);
    }

    [Fact]
    public void NoUrlAtAll_IsRefused() =>
        Assert.Throws<StartException>(() => ListenSettings.Read(Settings("", web: ""), insecure: false));

    private static IConfiguration Settings(string grpc, string? web = null) => new ConfigurationBuilder()
        .AddInMemoryCollection(
            new Dictionary<string, string?> { ["Kestrel:Endpoints:Grpc:Url"] = grpc, ["Kestrel:Endpoints:Web:Url"] = web })
        .Build();
}
