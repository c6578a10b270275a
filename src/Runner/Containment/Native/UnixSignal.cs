namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>The signals that are sent, and the names of all that can end a process.</summary>
internal static class UnixSignal
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Pipe = 13;
    public const int Terminate = 15;

    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    public static int Stop => OperatingSystem.IsMacOS() ? 17 : 19;

    public static string Name(int signal) => signal switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => OperatingSystem.IsMacOS() ? "SIGEMT" : "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        10 => OperatingSystem.IsMacOS() ? "SIGBUS" : "SIGUSR1",
        11 => "SIGSEGV",
        12 => OperatingSystem.IsMacOS() ? "SIGSYS" : "SIGUSR2",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        26 => "SIGVTALRM",
        27 => "SIGPROF",
        30 => OperatingSystem.IsMacOS() ? "SIGUSR1" : "SIGPWR",
        31 => OperatingSystem.IsMacOS() ? "SIGUSR2" : "SIGSYS",
        _ => $"SIG{signal}",
    };
}
