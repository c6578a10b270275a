using System.ComponentModel;
using System.Globalization;
using System.Runtime.Versioning;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// Sends SIGKILL to every process of a user at one stroke, as the process that <see cref="Children.TryStartKiller"/> starts does it, where
/// that one cannot be made: there is no code for the processor, or the system forbids <c>clone3</c>.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class KillingProcess
{
    private const int CannotKill = 125;
    private const int Everybody = -1;

    /// <exception cref="Win32Exception">It could not be started.</exception>
    public static int Start(OwnProgram program, Credentials user)
    {
        using FileDescriptor nothing = FileDescriptor.Open("/dev/null", write: true);
        return Children.Start(new Spawn
        {
            Program = program.Program,
            Arguments =
            [
                .. program.CommandLine(ProcessMode.KillAllOf, Text(user.UserId)), Text(user.GroupId), Text(user.MaxProcesses),
            ],
            Environment = OwnProgram.StartEnvironment(),
            Descriptors = [nothing, nothing, nothing],
        });
    }

    /// <param name="arguments">The user's number, its group's, and how many processes it may have.</param>
    /// <returns>0 if the signals are sent.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        Credentials user = new(
            uint.Parse(arguments[0], CultureInfo.InvariantCulture),
            uint.Parse(arguments[1], CultureInfo.InvariantCulture),
            [],
            long.Parse(arguments[2], CultureInfo.InvariantCulture));
        using CredentialCalls calls = new(user, UnusedUser.Id);
        if (calls.MakeHere() != 0)
            return CannotKill;

        // For an administrator everybody would be the whole machine: it must have become impossible to be one again. The other threads of
        // this process still are; the kernel asks the one that signals.
        if (Libc.SystemCall(CallNumbers.SetUserIds, 0, 0) == 0)
            return CannotKill;
        return Libc.Kill(Everybody, UnixSignal.Kill) == 0 ? 0 : CannotKill;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
