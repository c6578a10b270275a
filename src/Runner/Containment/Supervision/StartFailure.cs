using System.Runtime.InteropServices;

namespace Coordinator.AgentRunner.Containment.Supervision;

/// <summary>Says why an agent did not start, in words that name what to change.</summary>
internal static class StartFailure
{
    private const int NotFound = 2;             // ENOENT
    private const int TooLong = 7;              // E2BIG
    private const int Denied = 13;              // EACCES
    private const int BadFormat = 8;            // ENOEXEC

    public static AgentStartException From(StatusLine failed, AgentLaunch launch)
    {
        _ = int.TryParse(failed.Second, out var error);
        return new(failed.First switch
        {
            StatusLine.DirectoryStep =>
                $"The working directory {launch.WorkingDirectory} cannot be entered: {Text(error)}.",
            StatusLine.CgroupStep =>
                $"The agent could not enter its cgroup ({Text(error)}); is the runner's cgroup still delegated to it?",
            _ => $"The program {launch.Program} could not be started: {Reason(error, launch.Program)}.",
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

    private static string Reason(int error, string program) => error switch
    {
        NotFound when File.Exists(program) => "the interpreter or loader that it names does not exist",
        NotFound => "there is no such file",
        Denied => "it is not executable for the runner's user",
        BadFormat => "it is neither a script that names its interpreter nor a program for this machine",
        TooLong => "its arguments are longer than the system allows; hand the prompt over as standard input",
        _ => Text(error),
    };

    private static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);
}
