using Coordinator.Contracts.Settings;

namespace Coordinator.AgentRunner.Tests.Executors;

/// <summary>Which variables are kept from agents, against what .NET makes of them.</summary>
public sealed class ProductSettingsTests
{
    [Theory]
    [InlineData("Coordinator__DataDirectory")]
    [InlineData("COORDINATOR__SECURITY__KEY")]
    [InlineData("Coordinator:MaxWatchers")]
    [InlineData("runner__token")]
    [InlineData("Kestrel__Endpoints__Web__Url")]
    [InlineData("Kestrel:Certificates__Default:Password")]
    [InlineData("ConnectionStrings__Postgres")]
    [InlineData("SQLCONNSTR_Postgres")]
    [InlineData("POSTGRESQLCONNSTR_Postgres")]
    [InlineData("Logging__LogLevel__Default")]
    [InlineData("AllowedHosts")]
    [InlineData("ALLOWEDHOSTS__0")]
    [InlineData("ASPNETCORE_URLS")]
    [InlineData("aspnetcore_environment")]
    [InlineData("ASPNETCORE_Kestrel__Certificates__Default__Password")]
    [InlineData("DOTNET_ENVIRONMENT")]
    [InlineData("DOTNET_urls")]
    [InlineData("DOTNET_AllowedHosts")]
    [InlineData("DOTNET_Kestrel__Certificates__Default__Password")]
    [InlineData("dotnet_coordinator:datadirectory")]
    [InlineData("DOTNET_hostBuilder__reloadConfigOnChange")]
    public void Settings_OfTheProductAndItsHost_AreKept(string variable)
    {
        Assert.True(ProductSettings.IsSetting(variable));
        Assert.False(ProductSettings.MayReachAgents(variable, []));
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("HOME")]
    [InlineData("LC_ALL")]
    [InlineData("HTTP_PROXY")]
    [InlineData("no_proxy")]
    [InlineData("SSH_AUTH_SOCK")]
    [InlineData("ANTHROPIC_API_KEY")]
    [InlineData("OPENAI_BASE_URL")]
    [InlineData("DOTNET_ROOT")]
    [InlineData("DOTNET_ROOT_X64")]
    [InlineData("DOTNET_CLI_TELEMETRY_OPTOUT")]
    [InlineData("DOTNET_CLI_HOME")]
    [InlineData("DOTNET_NOLOGO")]
    [InlineData("DOTNET_gcServer")]
    [InlineData("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT")]
    [InlineData("COORDINATOR_RUN_ID")]
    [InlineData("RUNNER_TEMP")]
    [InlineData("LOGGING")]
    [InlineData("ASPNETCORE_")]
    [InlineData("DOTNET_")]
    public void Variables_OfAgentsAndTheirTools_Pass(string variable) => Assert.True(ProductSettings.MayReachAgents(variable, []));

    [Theory]
    [InlineData("ASPNETCORE_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", true)]
    [InlineData("aspnetcore_environment", "ASPNETCORE_Environment", true)]
    [InlineData("ASPNETCORE_ENVIRONMENTS", "ASPNETCORE_ENVIRONMENT", false)]
    [InlineData("ASPNETCORE_URLS", "ASPNETCORE_*", true)]
    [InlineData("DOTNET_URLS", "ASPNETCORE_*", false)]
    [InlineData("Kestrel__Endpoints__Web__Url", "Kestrel__*", true)]
    [InlineData("Kestrel__Certificates__Default__Password", "Kestrel__*", false)]
    [InlineData("DOTNET_Kestrel__Certificates__Default__Password", "DOTNET_Kestrel__Certificates__Default__Password", false)]
    [InlineData("ConnectionStrings__Postgres", "ConnectionStrings__*", false)]
    [InlineData("CUSTOMCONNSTR_Postgres", "CUSTOMCONNSTR_Postgres", false)]
    public void Named_Settings_Pass_ButSecretsNever(string variable, string named, bool passes) =>
        Assert.Equal(passes, ProductSettings.MayReachAgents(variable, [named]));

    [Theory]
    [InlineData("Kestrel:Certificates:Default:Password", true)]
    [InlineData("kestrel:endpoints:web:certificate:password", true)]
    [InlineData("ConnectionStrings:Postgres", true)]
    [InlineData("ConnectionStrings:PostgresFile", false)]
    [InlineData("Kestrel:Certificates:Default:PasswordFile", false)]
    [InlineData("Kestrel:Certificates:Default:Path", false)]
    [InlineData("Other:Password", false)]
    public void SecretKeys_ArePasswordsAndConnectionStrings(string key, bool isSecret) =>
        Assert.Equal(isSecret, ProductSettings.IsSecretKey(key));
}
