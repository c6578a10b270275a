using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// A process to which the kernel gives what its descendants orphan, however they go about it, unless another one is nearer above.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class Subreaper
{
    private const int SetChildSubreaper = 36;   // PR_SET_CHILD_SUBREAPER

    /// <summary>Makes this process one for the rest of its life.</summary>
    public static bool TryBecome() => Libc.Prctl(SetChildSubreaper, 1, 0, 0, 0) == 0;
}
