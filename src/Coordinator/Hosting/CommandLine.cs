using Coordinator.Listening;

namespace Coordinator.Hosting;

/// <summary>
/// The program's arguments. The framework's reader would take the next argument as the value of a switch and drop what it
/// does not understand; here switches stand alone, and what is not understood is refused.
/// </summary>
internal sealed record CommandLine(bool Dev, bool Insecure, bool Help, string[] Settings)
{
    public const string Usage = """
        coordinator [--dev] [--insecure] [--<Section>:<Name>=<value> …]

          --dev         also start a runner on this machine, with the executor `command`
          --insecure    allow addresses that other machines can reach without TLS
          --help        show this

        Settings (also in appsettings.json, and in the environment as <Section>__<Name>), for example
          --Coordinator:DataDirectory=<directory>            default .coordinator
          --Kestrel:Endpoints:Web:Url=http://127.0.0.1:8765  dashboard, gRPC-Web, /healthz
          --Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:8766 runners and gRPC tools
        """;

    /// <exception cref="StartException">An argument is not understood, or is a secret.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        CommandLine result = new(Dev: false, Insecure: false, Help: false, Settings: []);
        List<string> settings = [];
        for (int i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--dev":
                    result = result with { Dev = true };
                    break;
                case "--insecure":
                    result = result with { Insecure = true };
                    break;
                case "--help" or "-h" or "-?":
                    result = result with { Help = true };
                    break;
                case ['-', '-', _, ..] setting when setting.Contains('='):
                    settings.Add(setting);
                    break;
                case ['-', '-', _, ..] name when i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal):
                    settings.Add($"{name}={args[++i]}");
                    break;
                case ['-', '-', _, ..] name:
                    throw new StartException($"{name} needs a value, as in {name}=<value>. --help shows what there is.", StartException.Configuration);
                default:
                    throw new StartException($"'{args[i]}' is not understood. --help shows what there is.", StartException.Configuration);
            }
        }

        foreach (string setting in settings)
            SecretSettings.RefuseInArguments(setting.Split('=', 2)[0][2..]);
        return result with { Settings = [.. settings] };
    }
}
