using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Hosting;

/// <summary>The section <c>Runner</c> of the configuration.</summary>
internal sealed class RunnerOptions
{
    public const string Section = "Runner";

    /// <summary>Where the coordinator takes runners: an absolute http or https address.</summary>
    public string Coordinator { get; set; } = "http://127.0.0.1:8766";

    /// <summary>Where runs are kept, relative to the working directory. One runner per directory.</summary>
    public string DataDirectory { get; set; } = ".runner";

    /// <summary>The runner's name for people, at most 200 characters.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>How many runs it takes at a time, 1 to 10,000.</summary>
    public int Capacity { get; set; } = 8;

    /// <summary>At most 32, each of at most 128 characters; a run can demand them.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>What holds a run's processes together; "auto" takes the strongest that works on this machine.</summary>
    public string Containment { get; set; } = ContainmentKind.Automatic;

    /// <summary>
    /// Users of the machine that agents run as, one for each run at a time, on Linux: names, numbers, and ranges of numbers such as
    /// <c>60000-60007</c>. They must be used for nothing else, and there are at most as many runs as users. Empty runs agents as the
    /// runner's own user.
    /// </summary>
    public IReadOnlyList<string> AgentUsers { get; set; } = [];

    /// <summary>Where agent users without an entry in the machine's list of users get a home for each run.</summary>
    public string AgentHomes { get; set; } = "/var/lib/coordinator-agents";

    /// <summary>How many processes and threads an agent user may have, 16 to 1,000,000.</summary>
    public int MaxAgentProcesses { get; set; } = 4096;

    /// <summary>Executor profiles by name: changes to the shipped ones, and one's own.</summary>
    public IReadOnlyDictionary<string, ExecutorSettings> Executors { get; set; } = new Dictionary<string, ExecutorSettings>();

    /// <summary>
    /// How often the programs of the executors are looked for, one second to an hour: what was installed is offered, and
    /// what was removed no more, within that time.
    /// </summary>
    public TimeSpan ExecutorProbeInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Variables of the runner's environment that agents get although .NET would read them as settings of the product,
    /// at most 64; <c>*</c> at the end of one stands for any rest. Passwords and connection strings never reach agents.
    /// </summary>
    public IReadOnlyList<string> PassEnvironment { get; set; } = [];

    /// <summary>
    /// Whether to stop everything and exit when standard input ends: for a runner whose parent started it and holds the
    /// other end.
    /// </summary>
    public bool EndWithParent { get; set; }

    /// <summary>How long runs may go on when the runner is shut down, before they are stopped; up to a day.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between SIGTERM and SIGKILL for the runs when the runner is shut down; up to an hour.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between SIGTERM and SIGKILL for what an agent left behind that exited by itself; up to an hour.</summary>
    public TimeSpan SweepGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long an agent that has given its result may take to exit, before it is ended and the run is judged by its result;
    /// a second to a day.
    /// </summary>
    public TimeSpan LingerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How much of each output stream of a run is kept on disk, in bytes.</summary>
    public long MaxLogBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How much of a run's output waits on disk while the coordinator is away or slow, in bytes; what is beyond is
    /// skipped, and said to be.
    /// </summary>
    public long MaxSpillBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many runs that are over are kept on disk.</summary>
    public int KeepRuns { get; set; } = 200;

    /// <summary>For how long a run that is over is kept on disk.</summary>
    public TimeSpan KeepRunsFor { get; set; } = TimeSpan.FromDays(7);
}
