using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coordinator.Hosting;
using Coordinator.Listening;
using Coordinator.Testing;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Listening;

/// <summary>Passwords come from files of their owner, never from arguments.</summary>
public sealed class SecretSettingsTests : IDisposable
{
    private const string Password = "geheim 1=2";

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("--Kestrel:Certificates:Default:Password", "geheim 1=2")]
    [InlineData("--Kestrel:Certificates:Default:Password=geheim 1=2")]
    [InlineData("--kestrel:endpoints:web:certificate:PASSWORD=geheim 1=2")]
    [InlineData("--ConnectionStrings:Postgres=geheim 1=2")]
    public void Argument_WithASecret_IsRefused_AndSaysWhatToDo(params string[] args)
    {
        StartException refusal = Assert.Throws<StartException>(() => CommandLine.Parse(args));

        string key = args[0].Split('=')[0];
        Assert.Equal(StartException.Configuration, refusal.ExitCode);
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{key}File=<file>", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Argument_WithTheFileOfASecret_IsTaken()
    {
        const string Setting = "--Kestrel:Certificates:Default:PasswordFile=/etc/p";

        Assert.Equal([Setting], CommandLine.Parse([Setting]).Settings);
    }

    [Theory]
    [InlineData("Kestrel:Certificates:Default", "geheim 1=2\n")]
    [InlineData("Kestrel:Endpoints:Web:Certificate", "geheim 1=2")]
    [InlineData("Kestrel:Endpoints:Web:Certificate", "geheim 1=2\r\nanother line")]
    public async Task PasswordFile_OfACertificate_OpensIt(string certificate, string text)
    {
        WriteCertificate();
        WritePassword(text);
        await using WebApplication app = TestHost.Build(
            _files,
            configure: null,
            "--Kestrel:Endpoints:Web:Url=https://127.0.0.1:0",
            $"--{certificate}:Path={_files.At("tls.pfx")}",
            $"--{certificate}:PasswordFile={_files.At("password")}");

        await app.StartAsync(TestContext.Current.CancellationToken).WithTimeout();

        Uri web = new(app.Services.GetRequiredService<Endpoints>().WebUrl);
        using TcpClient tcp = new();
        await tcp.ConnectAsync(web.Host, web.Port, TestContext.Current.CancellationToken);
        await using SslStream tls = new(
            tcp.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=localhost");
        await tls.AuthenticateAsClientAsync("localhost").WithTimeout();
        Assert.True(tls.IsAuthenticated);
        await app.StopAsync(TestContext.Current.CancellationToken).WithTimeout();
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [UnsupportedOSPlatform("windows")]
    public async Task PasswordFile_ThatOthersCanReadOrChange_IsRefused(UnixFileMode others)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such bits.");
        WriteCertificate();
        string file = WritePassword(Password);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        StartFailure failure = await FailsAsync();

        Assert.Equal(StartException.Configuration, failure.ExitCode);
        Assert.EndsWith($"chmod 600 {file}", Assert.Single(failure.Sentences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\nsecond line")]
    public async Task PasswordFile_WithoutAPassword_IsRefused(string text)
    {
        WriteCertificate();
        WritePassword(text);

        Assert.Contains("is empty", Assert.Single((await FailsAsync()).Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PasswordFile_ThatIsNoPassword_IsRefused()
    {
        WriteCertificate();
        WritePassword(new string('x', 5_000));

        Assert.Contains("longer than 4,096 bytes", Assert.Single((await FailsAsync()).Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PasswordFile_ThatIsNotThere_IsNamed()
    {
        WriteCertificate();

        Assert.Contains(
            $"Kestrel:Certificates:Default:PasswordFile names {_files.At("password")}, which cannot be read",
            Assert.Single((await FailsAsync()).Sentences),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task PasswordFile_BesideAPassword_IsRefused()
    {
        WriteCertificate();
        WritePassword(Password);

        StartFailure failure = await TestHost.FailsAsync(
            _files, builder => builder.Configuration["Kestrel:Certificates:Default:Password"] = "other", Arguments());

        Assert.Contains("are both set", Assert.Single(failure.Sentences), StringComparison.Ordinal);
    }

    private Task<StartFailure> FailsAsync() => TestHost.FailsAsync(_files, configure: null, Arguments());

    private string[] Arguments() =>
    [
        "--Kestrel:Endpoints:Web:Url=https://127.0.0.1:0",
        $"--Kestrel:Certificates:Default:Path={_files.At("tls.pfx")}",
        $"--Kestrel:Certificates:Default:PasswordFile={_files.At("password")}",
    ];

    private void WriteCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllBytes(_files.At("tls.pfx"), certificate.Export(X509ContentType.Pfx, Password));
    }

    private string WritePassword(string text)
    {
        string file = _files.Write("password", text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
