using System.Runtime.InteropServices;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>Says why an agent did not start, in words that name what to change.</summary>
internal static class StartFailure
{
    private const int NotFound = 2;             // ENOENT
    private const int TooLong = 7;              // E2BIG
    private const int Again = 11;               // EAGAIN
    private const int Denied = 13;              // EACCES
    private const int BadFormat = 8;            // ENOEXEC

    public static AgentStartException From(StatusLine failed, AgentLaunch launch)
    {
        _ = int.TryParse(failed.Second, out var error);
        return new(failed.First switch
        {
            StatusLine.DirectoryStep when launch.User is { } user =>
                $"The working directory {launch.WorkingDirectory} cannot be entered by the agent's user {user.Name}: {Text(error)}. " +
                "Give that user access to it and to the directories above it.",
            StatusLine.DirectoryStep =>
                $"The working directory {launch.WorkingDirectory} cannot be entered: {Text(error)}.",
            StatusLine.UserStep =>
                $"The agent could not become user {launch.User?.Name} ({Text(error)}); the runner has to be root, " +
                "or have CAP_SETUID, CAP_SETGID and CAP_KILL.",
            StatusLine.CgroupStep =>
                $"The agent could not enter its cgroup ({Text(error)}); is the runner's cgroup still delegated to it?",
            _ => $"The program {launch.Program} could not be started: {Reason(error, launch)}.",
        });
    }

    public static AgentStartException Died(AgentExit? exit, string complaint)
    {
        var how = exit switch
        {
            { Code: { } code } => $"exited with code {code}",
            { Signal: { } signal } => $"was ended by {signal}",
            _ => "ended",
        };
        var what = complaint.Length > 0 ? $": {complaint}" : ".";
        return new($"The runner's own program {how} before it could start the agent{what}");
    }

    private static string Reason(int error, AgentLaunch launch) => error switch
    {
        NotFound when File.Exists(launch.Program) => "the interpreter or loader that it names does not exist",
        NotFound => "there is no such file",
        Denied when launch.User is { } user =>
            $"it is not executable for the agent's user {user.Name}; install it where all users can run it",
        Denied => "it is not executable for the runner's user",
        Again when launch.User is { } user => $"the agent's user {user.Name} has as many processes as it may",
        BadFormat => "it is neither a script that names its interpreter nor a program for this machine",
        TooLong => "its arguments are longer than the system allows; hand the prompt over as standard input",
        _ => Text(error),
    };

    private static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);
}
