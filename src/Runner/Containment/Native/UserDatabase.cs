using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>The users of the machine, as the C library knows them: from <c>/etc/passwd</c>, a directory service, or elsewhere.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class UserDatabase
{
    private const int BufferSize = 64 * 1024;
    private const int MaxGroups = 65_536;           // NGROUPS_MAX

    /// <summary>Null if there is none of this name.</summary>
    public static Entry? Find(string name)
    {
        byte* buffer = stackalloc byte[BufferSize];
        Password password;
        Password* found;
        _ = FindByName(name, &password, buffer, BufferSize, &found);
        return Read(found);
    }

    /// <summary>Null if the user has no entry.</summary>
    public static Entry? Find(uint id)
    {
        byte* buffer = stackalloc byte[BufferSize];
        Password password;
        Password* found;
        _ = FindById(id, &password, buffer, BufferSize, &found);
        return Read(found);
    }

    /// <summary>The groups that a user is in besides its own.</summary>
    public static IReadOnlyList<uint> GroupsOf(Entry user)
    {
        uint[] groups = new uint[64];
        while (true)
        {
            int count = groups.Length;
            fixed (uint* start = groups)
            {
                if (GroupList(user.Name, user.GroupId, start, &count) >= 0)
                    return [.. groups.AsSpan(0, count).ToArray().Where(group => group != user.GroupId)];
            }

            if (groups.Length >= MaxGroups)
                throw new Win32Exception($"User {user.Name} is in more than {MaxGroups} groups.");
            groups = new uint[Math.Min(MaxGroups, Math.Max(count, groups.Length * 2))];
        }
    }

    private static Entry? Read(Password* found) => found is null ? null : new Entry(
        Marshal.PtrToStringUTF8((nint)found->Name) ?? "",
        found->UserId,
        found->GroupId,
        Marshal.PtrToStringUTF8((nint)found->Directory) ?? "");

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindByName(string name, Password* password, byte* buffer, nuint size, Password** result);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int FindById(uint id, Password* password, byte* buffer, nuint size, Password** result);

    [LibraryImport("libc", EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GroupList(string name, uint group, uint* groups, int* count);

    /// <summary>One user.</summary>
    internal sealed record Entry(string Name, uint UserId, uint GroupId, string Home);

    /// <summary><c>struct passwd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Password
    {
        public byte* Name;
        public byte* Secret;
        public uint UserId;
        public uint GroupId;
        public byte* Comment;
        public byte* Directory;
        public byte* Shell;
    }
}
