using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Call = Coordinator.AgentRunner.Containment.Native.BirthCode.Call;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// The calls by which one thread becomes another user's for good: no capability is left, no program that it starts gets any back,
/// and it may have so many processes. The C library's own functions take locks and tell all threads; these are for a process that is
/// about to become a program and has nothing of the kind.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class CredentialCalls : IDisposable
{
    private const int CapabilityVersion = 0x20080522;               // _LINUX_CAPABILITY_VERSION_3
    private const int HeaderSize = 8;
    private const int DataSize = 24;
    private const int ProcessLimit = 6;                             // RLIMIT_NPROC
    private const int NoNewPrivileges = 38;                         // PR_SET_NO_NEW_PRIVS
    private const int Ambient = 47;                                 // PR_CAP_AMBIENT
    private const int ClearAll = 4;                                 // PR_CAP_AMBIENT_CLEAR_ALL

    private readonly Credentials _credentials;
    private readonly uint _realUser;
    private readonly byte* _memory;

    /// <param name="credentials">Whose the thread becomes.</param>
    /// <param name="realUser">
    /// As whom it can be signalled, if that is to be somebody else than the user whom it may signal itself.
    /// </param>
    public CredentialCalls(Credentials credentials, uint? realUser = null)
    {
        if (!Credentials.IsOrdinary(credentials.UserId) || !Credentials.IsOrdinary(credentials.GroupId))
            throw new ArgumentException($"User {credentials.UserId} with group {credentials.GroupId} cannot be an agent's.", nameof(credentials));
        (_credentials, _realUser) = (credentials, realUser ?? credentials.UserId);
        nuint size = (nuint)(HeaderSize + DataSize + 2 * sizeof(long) + credentials.Groups.Count * sizeof(uint));
        _memory = (byte*)NativeMemory.AllocZeroed(size);
        *(int*)_memory = CapabilityVersion;
        new Span<long>(LimitsAt, 2).Fill(credentials.MaxProcesses);
        for (int i = 0; i < credentials.Groups.Count; i++)
            GroupsAt[i] = credentials.Groups[i];
    }

    /// <summary>How many calls there are.</summary>
    public static int Count => 7;

    private byte* DataAt => _memory + HeaderSize;

    private long* LimitsAt => (long*)(DataAt + DataSize);

    private uint* GroupsAt => (uint*)(LimitsAt + 2);

    /// <summary>The calls, valid until this is disposed of; each of them has to succeed.</summary>
    public Call this[int index] => index switch
    {
        0 => new Call(CallNumbers.SetLimit, 0, ProcessLimit, (nint)LimitsAt),
        1 => new Call(CallNumbers.SetGroups, _credentials.Groups.Count, (nint)GroupsAt),
        2 => new Call(CallNumbers.SetGroupIds, (nint)_credentials.GroupId, (nint)_credentials.GroupId, (nint)_credentials.GroupId),
        3 => new Call(CallNumbers.SetUserIds, (nint)_realUser, (nint)_credentials.UserId, (nint)_realUser),
        4 => new Call(CallNumbers.ControlProcess, Ambient, ClearAll),
        5 => new Call(CallNumbers.SetCapabilities, (nint)_memory, (nint)DataAt),
        6 => new Call(CallNumbers.ControlProcess, NoNewPrivileges, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <summary>Makes them for the calling thread, which must become a program next.</summary>
    /// <returns>0, or the number of the error.</returns>
    public int MakeHere()
    {
        for (int i = 0; i < Count; i++)
        {
            Call call = this[i];
            if (Libc.SystemCall(call.Number, call.First, call.Second, call.Third, call.Fourth, call.Fifth, call.Sixth) < 0)
                return Marshal.GetLastPInvokeError();
        }

        return 0;
    }

    public void Dispose() => NativeMemory.Free(_memory);
}
