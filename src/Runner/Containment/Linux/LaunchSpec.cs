using System.Runtime.Versioning;
using System.Text;
using Coordinator.AgentRunner.Containment.Native;
using Microsoft.Win32.SafeHandles;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// What the runner tells its own program when it starts it in one of its <see cref="ProcessMode"/>s. It travels in an
/// unnamed file: arguments would show the agent's environment to everybody on the machine, and have a shorter limit.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed record LaunchSpec
{
    /// <summary>Both sides are the same program, unless it was replaced while the runner was running.</summary>
    private const int Version = 2;

    public required string Program { get; init; }

    /// <summary>All of argv, with the program's name first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>All of envp.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>The cgroup to enter before the agent starts; empty for none.</summary>
    public string CgroupDirectory { get; init; } = "";

    /// <summary>Whose process the agent is; null for the runner's own user.</summary>
    public Credentials? User { get; init; }

    /// <exception cref="AgentStartException">Something in the launch cannot be said to the system.</exception>
    public static LaunchSpec For(AgentLaunch launch, string runnerId, string cgroupDirectory = "")
    {
        var spec = new LaunchSpec
        {
            Program = launch.Program,
            Arguments = [launch.Program, .. launch.Arguments],
            Environment = RunCookie.Environment(launch, runnerId),
            WorkingDirectory = launch.WorkingDirectory,
            CgroupDirectory = cgroupDirectory,
            User = launch.User?.Credentials,
        };
        if (spec.Arguments.Concat(spec.Environment).Append(spec.WorkingDirectory).Any(text => text.Contains('\0')))
        {
            throw new AgentStartException(
                "An argument, an environment variable or the working directory contains a NUL character; remove it.");
        }

        return spec;
    }

    /// <param name="descriptors">The agent's standard streams.</param>
    public Spawn ToSpawn(IReadOnlyList<FileDescriptor> descriptors) => new()
    {
        Program = Program,
        Arguments = Arguments,
        Environment = Environment,
        Descriptors = descriptors,
        WorkingDirectory = WorkingDirectory,
        User = User,
    };

    public FileDescriptor ToFile()
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8))
        {
            writer.Write(Version);
            writer.Write(Program);
            Write(writer, Arguments);
            Write(writer, Environment);
            writer.Write(WorkingDirectory);
            writer.Write(CgroupDirectory);
            Write(writer, User);
        }

        return FileDescriptor.CreateInMemory("coordinator-launch", memory.ToArray());
    }

    /// <exception cref="InvalidDataException">It was written by another version of the program.</exception>
    public static LaunchSpec FromFile(int descriptor)
    {
        using var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read);
        stream.Position = 0;
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        return reader.ReadInt32() == Version
            ? new()
            {
                Program = reader.ReadString(),
                Arguments = Read(reader),
                Environment = Read(reader),
                WorkingDirectory = reader.ReadString(),
                CgroupDirectory = reader.ReadString(),
                User = ReadUser(reader),
            }
            : throw new InvalidDataException("The runner's program was replaced while it runs; restart the runner.");
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<string> values)
    {
        writer.Write(values.Count);
        foreach (var value in values)
        {
            writer.Write(value);
        }
    }

    private static void Write(BinaryWriter writer, Credentials? user)
    {
        writer.Write(user is not null);
        if (user is null)
            return;
        writer.Write(user.UserId);
        writer.Write(user.GroupId);
        writer.Write(user.MaxProcesses);
        writer.Write(user.Groups.Count);
        foreach (uint group in user.Groups)
            writer.Write(group);
    }

    private static Credentials? ReadUser(BinaryReader reader)
    {
        if (!reader.ReadBoolean())
            return null;
        uint user = reader.ReadUInt32();
        uint own = reader.ReadUInt32();
        long processes = reader.ReadInt64();
        uint[] groups = new uint[reader.ReadInt32()];
        for (int i = 0; i < groups.Length; i++)
            groups[i] = reader.ReadUInt32();
        return new Credentials(user, own, groups, processes);
    }

    private static string[] Read(BinaryReader reader)
    {
        var values = new string[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadString();
        }

        return values;
    }
}
