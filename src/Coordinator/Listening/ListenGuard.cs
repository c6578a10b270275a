namespace Coordinator.Listening;

/// <summary>
/// The coordinator starts processes on people's machines, and cleartext on a network can be read and changed by others:
/// beyond this machine it is reached over TLS, or somebody says aloud that it need not be.
/// </summary>
internal static partial class ListenGuard
{
    /// <exception cref="StartException">The address is open to other machines without TLS.</exception>
    public static void Check(ListenAddress address, bool insecure)
    {
        if (address.IsLocal || address.IsTls || insecure)
            return;
        throw new StartException(
            $"The endpoint {address.Name} ({address.Url}) would be open to other machines without TLS, and whoever reaches it can run "
            + "programs on the runners: use an https:// address with a certificate (--Kestrel:Certificates:Default:Path=<file> and "
            + "--Kestrel:Certificates:Default:Password=<password>), or listen on 127.0.0.1, or add --insecure if that is what you want.",
            StartException.Configuration);
    }

    /// <summary>Says at every start what is open.</summary>
    public static void Warn(IEnumerable<ListenAddress> addresses, ILogger logger)
    {
        foreach (ListenAddress address in addresses.Where(a => !a.IsLocal))
        {
            if (address.IsTls)
                LogOpen(logger, address.Name, address.Url);
            else
                LogInsecure(logger, address.Name, address.Url);
        }
    }

    [LoggerMessage(1311, LogLevel.Warning, "The endpoint {Name} ({Url}) is open to other machines WITHOUT TLS, as --insecure asks: whoever reaches it can run programs on the runners, and others can listen")]
    private static partial void LogInsecure(ILogger logger, string name, string url);

    [LoggerMessage(1312, LogLevel.Warning, "The endpoint {Name} ({Url}) is open to other machines: whoever reaches it can run programs on the runners")]
    private static partial void LogOpen(ILogger logger, string name, string url);
}
