using System.Runtime.InteropServices;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>The numbers of Linux's calls that differ between processors; they are those of x64 and ARM64.</summary>
internal static class CallNumbers
{
    private static readonly bool s_isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>For these processors only are the numbers known.</summary>
    public static bool AreKnown => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    public static int SetGroups => s_isX64 ? 116 : 159;

    public static int SetGroupIds => s_isX64 ? 119 : 149;           // setresgid

    public static int SetUserIds => s_isX64 ? 117 : 147;            // setresuid

    public static int SetCapabilities => s_isX64 ? 126 : 91;        // capset

    public static int ControlProcess => s_isX64 ? 157 : 167;        // prctl

    public static int ReadDirectory => s_isX64 ? 217 : 61;          // getdents64

    public static int SetLimit => s_isX64 ? 302 : 261;              // prlimit64
}
