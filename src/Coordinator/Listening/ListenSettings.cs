using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coordinator.Listening;

/// <summary>
/// What the coordinator listens on: Kestrel's named endpoints and nothing else. An endpoint whose URL is empty is left out,
/// so that one TLS endpoint can serve all.
/// </summary>
internal sealed class ListenSettings
{
    private const string Endpoints = "Endpoints", Url = "Url", Protocols = "Protocols";

    public required IReadOnlyList<ListenAddress> Addresses { get; init; }

    /// <summary>The section Kestrel with what was left out and what follows from the URLs.</summary>
    public required IConfiguration Kestrel { get; init; }

    /// <exception cref="StartException">An address cannot be listened on, or must not, or a password cannot be read.</exception>
    public static ListenSettings Read(IConfiguration configuration, bool insecure)
    {
        IConfigurationSection kestrel = configuration.GetSection("Kestrel");
        Dictionary<string, string?> settings = new(kestrel.AsEnumerable(makePathsRelative: true), StringComparer.OrdinalIgnoreCase);
        List<ListenAddress> addresses = [];
        foreach (IConfigurationSection endpoint in kestrel.GetSection(Endpoints).GetChildren())
        {
            string path = ConfigurationPath.Combine(Endpoints, endpoint.Key);
            if (string.IsNullOrWhiteSpace(endpoint[Url]))
            {
                Remove(settings, path);
                continue;
            }

            ListenAddress address = new(endpoint.Key, endpoint[Url]!);
            addresses.Add(address);
            if (string.IsNullOrWhiteSpace(endpoint[Protocols]))
                settings[ConfigurationPath.Combine(path, Protocols)] = address.DefaultProtocols;
            else if (!Enum.TryParse<HttpProtocols>(endpoint[Protocols], ignoreCase: true, out _))
                throw new StartException($"{endpoint.Path}:{Protocols} is '{endpoint[Protocols]}'. There are: Http1, Http2, Http1AndHttp2.", StartException.Configuration);
        }

        MakeCertificatePathsAbsolute(settings);
        SecretSettings.ReadFiles("Kestrel", settings);
        Check(addresses, insecure);
        return new ListenSettings
        {
            Addresses = addresses,
            Kestrel = new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
        };
    }

    /// <summary>Like the data directory they are taken from where the coordinator is started; the server would look beside the program.</summary>
    private static void MakeCertificatePathsAbsolute(Dictionary<string, string?> settings)
    {
        foreach (var (key, path) in settings.ToArray())
        {
            if (key.Contains("Certificate", StringComparison.OrdinalIgnoreCase) && key.EndsWith("Path", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(path))
                settings[key] = Path.GetFullPath(path);
        }
    }

    private static void Remove(Dictionary<string, string?> settings, string path)
    {
        foreach (string key in settings.Keys.Where(k => k.Equals(path, StringComparison.OrdinalIgnoreCase) || k.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase)).ToArray())
            settings.Remove(key);
    }

    private static void Check(List<ListenAddress> addresses, bool insecure)
    {
        if (!addresses.Any(a => a.Name.Equals(ListenAddress.Web, StringComparison.OrdinalIgnoreCase) || a.Name.Equals(ListenAddress.Grpc, StringComparison.OrdinalIgnoreCase)))
        {
            throw new StartException(
                "There is nothing to listen on: give Kestrel:Endpoints:Web:Url or Kestrel:Endpoints:Grpc:Url an address, for example http://127.0.0.1:8766.",
                StartException.Configuration);
        }

        foreach (ListenAddress address in addresses)
            ListenGuard.Check(address, insecure);
    }
}
