using System.Collections.Frozen;

namespace Coordinator.Contracts.Settings;

/// <summary>
/// Which environment variables .NET reads as settings of the product. They can hold secrets and are none of an agent's
/// business: everything that starts a process for agents asks here what may reach it.
/// </summary>
/// <remarks>
/// .NET reads <c>Section__Key</c> and <c>Section:Key</c> in any case, and both once more behind the prefixes of its host,
/// <c>ASPNETCORE_</c> and <c>DOTNET_</c>. The second is shared with the runtime and the SDK (<c>DOTNET_ROOT</c>,
/// <c>DOTNET_CLI_HOME</c>, <c>DOTNET_gcServer</c>), which agents use for themselves.
/// </remarks>
public static class ProductSettings
{
    private const string WebHostPrefix = "ASPNETCORE_";
    private const string HostPrefix = "DOTNET_";
    private const string ConnectionStrings = "ConnectionStrings";
    private const string Password = ":Password";
    private const string File = "File";

    private static readonly string[] Sections = ["Coordinator", "Runner", "Kestrel", ConnectionStrings, "Logging"];

    private static readonly string[] Values = ["AllowedHosts"];

    /// <summary>Variables with these prefixes become connection strings; see EnvironmentVariablesConfigurationProvider.</summary>
    private static readonly string[] ConnectionStringPrefixes =
    [
        "CUSTOMCONNSTR_", "SQLCONNSTR_", "SQLAZURECONNSTR_", "MYSQLCONNSTR_", "POSTGRESQLCONNSTR_", "APIHUBCONNSTR_",
        "DOCDBCONNSTR_", "EVENTHUBCONNSTR_", "NOTIFICATIONHUBCONNSTR_", "REDISCACHECONNSTR_", "SERVICEBUSCONNSTR_",
    ];

    /// <summary>What the hosts of .NET read behind their prefixes; see HostDefaults and WebHostDefaults.</summary>
    private static readonly FrozenSet<string> HostValues = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ApplicationName", "CaptureStartupErrors", "ContentRoot", "DetailedErrors", "Environment", "ForwardedHeaders_Enabled",
        "HostingStartupAssemblies", "HostingStartupExcludeAssemblies", "Http_Ports", "Https_Port", "Https_Ports",
        "PreferHostingUrls", "PreventHostingStartup", "ServerUrls", "ShutdownTimeoutSeconds", "StartupAssembly",
        "SuppressStatusMessages", "Urls", "WebRoot");

    /// <summary>Whether .NET reads the variable as a setting of the product or of its host.</summary>
    public static bool IsSetting(string variable) =>
        IsBehind(WebHostPrefix, variable)
        || (IsBehind(HostPrefix, variable) && IsOfHost(KeyOf(variable[HostPrefix.Length..])))
        || ConnectionStringPrefixes.Any(prefix => IsBehind(prefix, variable))
        || IsOfProduct(KeyOf(variable));

    /// <summary>Whether the variable sets a secret of the product: a password, or what a connection string holds.</summary>
    public static bool IsSecret(string variable) =>
        ConnectionStringPrefixes.Any(prefix => IsBehind(prefix, variable)) || IsSecretKey(KeyOf(WithoutPrefix(variable)));

    /// <summary>
    /// Whether a setting of the product is a secret, by its key, such as <c>Kestrel:Certificates:Default:Password</c>. One
    /// that names the file of a secret is none.
    /// </summary>
    public static bool IsSecretKey(string key) =>
        (IsIn(ConnectionStrings, key) && !key.EndsWith(File, StringComparison.OrdinalIgnoreCase))
        || (IsOfProduct(key) && key.EndsWith(Password, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether a variable of the product's program may reach agents: what is no setting may, and what somebody has named, but
    /// never a secret.
    /// </summary>
    /// <param name="variable">Its name.</param>
    /// <param name="named">Names of settings that may; <c>*</c> at the end stands for any rest.</param>
    public static bool MayReachAgents(string variable, IEnumerable<string> named) =>
        !IsSetting(variable) || (!IsSecret(variable) && named.Any(name => Matches(name, variable)));

    private static bool Matches(string name, string variable) => name.EndsWith('*')
        ? variable.StartsWith(name[..^1], StringComparison.OrdinalIgnoreCase)
        : variable.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Behind the prefix that the host shares with the runtime and the SDK, whose names have no sections.</summary>
    private static bool IsOfHost(string key) => key.Contains(':') || HostValues.Contains(key) || IsOfProduct(key);

    private static bool IsOfProduct(string key) =>
        Sections.Any(section => IsIn(section, key))
        || Values.Any(value => IsIn(value, key) || key.Equals(value, StringComparison.OrdinalIgnoreCase));

    private static bool IsIn(string section, string key) => key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase);

    private static bool IsBehind(string prefix, string variable) =>
        variable.Length > prefix.Length && variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static string WithoutPrefix(string variable) =>
        IsBehind(WebHostPrefix, variable) ? variable[WebHostPrefix.Length..]
        : IsBehind(HostPrefix, variable) ? variable[HostPrefix.Length..]
        : variable;

    /// <summary>As configuration reads the name of a variable.</summary>
    private static string KeyOf(string variable) => variable.Replace("__", ":", StringComparison.Ordinal);
}
