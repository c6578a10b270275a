using System.Net;

namespace Coordinator.Listening;

/// <summary>One of Kestrel's named endpoints, as it is configured.</summary>
internal sealed class ListenAddress
{
    /// <summary>The endpoint of the dashboard.</summary>
    public const string Web = "Web";

    /// <summary>The endpoint of runners and gRPC tools.</summary>
    public const string Grpc = "Grpc";

    private readonly BindingAddress _address;

    /// <exception cref="StartException">The URL cannot be listened on.</exception>
    public ListenAddress(string name, string url)
    {
        Name = name;
        Url = url;
        try
        {
            _address = BindingAddress.Parse(url);
        }
        catch (FormatException problem)
        {
            throw Malformed(problem);
        }

        if (Scheme is not ("http" or "https") || _address.PathBase.Length > 0 || Port > IPEndPoint.MaxPort)
            throw Malformed();
    }

    public string Name { get; }

    public string Url { get; }

    public string Scheme => _address.Scheme.ToLowerInvariant();

    public string Host => _address.Host;

    public int Port => _address.Port;

    public bool IsTls => Scheme == Uri.UriSchemeHttps;

    /// <summary>
    /// Whether only this machine can reach it. The server takes any name but localhost to mean every address it has.
    /// </summary>
    public bool IsLocal =>
        _address.IsUnixPipe || _address.IsNamedPipe
        || Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>
    /// Without TLS an endpoint speaks one protocol: HTTP/2 cannot be negotiated there, runners need it, and browsers cannot
    /// use it. With TLS one endpoint serves all.
    /// </summary>
    public string DefaultProtocols => IsTls ? "Http1AndHttp2" : Name.Equals(Grpc, StringComparison.OrdinalIgnoreCase) ? "Http2" : "Http1";

    private StartException Malformed(Exception? cause = null) => new(
        $"Kestrel:Endpoints:{Name}:Url is '{Url}', which is no address to listen on. Write for example http://127.0.0.1:8766.",
        StartException.Configuration, cause);
}
