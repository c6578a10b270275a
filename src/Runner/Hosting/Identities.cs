using System.Reflection;
using System.Security.Cryptography;
using Coordinator.AgentRunner.Link;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>Says who this runner is.</summary>
internal static class Identities
{
    private const int IdLength = 26;

    public static RunnerIdentity Create(RunnerOptions options) => new()
    {
        RunnerId = RunnerIdentifier.Derive(Environment.MachineName, Environment.CurrentDirectory, options.Name),
        BootId = NewId(),
        Name = options.Name,
        Hostname = Environment.MachineName,
        ProjectDirectory = Environment.CurrentDirectory,
        Tags = options.Tags,
        Capacity = options.Capacity,
        Version = Version(),

        // Known only once one was found to work, which takes the id.
        Containment = options.Containment,
    };

    /// <summary>For what begins anew: a life of the program, a journal.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    private static string Version() =>
        typeof(Identities).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
            .InformationalVersion.Split('+')[0] ?? "";
}
