namespace Coordinator.Testing.Processes;

/// <summary>
/// The runner as a real process. What it started goes with it when it is disposed, but lives on when it is only killed,
/// as in a crash.
/// </summary>
public sealed class RunnerProcess : ProgramProcess
{
    private IReadOnlyList<ProcessEntry> _leftBehind = [];

    private RunnerProcess(RunnerSettings settings)
        : base(settings.Program, [], settings.WorkingDirectory, Configuration(settings)) =>
        Settings = settings;

    /// <summary>To start it again after its end, as the same runner.</summary>
    public RunnerSettings Settings { get; }

    /// <summary>Starts a runner for this coordinator with its data below the test's directory.</summary>
    public static RunnerProcess Start(TestFiles files, CoordinatorProcess coordinator) => Start(new RunnerSettings
    {
        WorkingDirectory = files.CreateDirectory("runner"),
        Coordinator = coordinator.GrpcAddress,
    });

    /// <summary>
    /// Starts a runner and does not wait for anything; see <see cref="CoordinatorProcess.WaitForRunnerAsync"/>.
    /// </summary>
    public static RunnerProcess Start(RunnerSettings settings) => new(settings);

    public override async Task KillAsync()
    {
        if (!Exited.IsCompleted)
            _leftBehind = [.. _leftBehind, .. Leftovers.Of(Id)];
        await base.KillAsync();
    }

    protected override async Task EndAsync()
    {
        // Frozen, so that it starts nothing while its processes are listed.
        Freeze();
        await base.EndAsync();
        await Leftovers.EndAsync(Settings.WorkingDirectory, _leftBehind);
        CgroupLeftovers.Remove();
    }

    private static Dictionary<string, string> Configuration(RunnerSettings settings) => new(settings.Environment)
    {
        ["Runner__Coordinator"] = settings.Coordinator.ToString(),
        ["Runner__Name"] = settings.Name,
        ["Runner__Executors__command__Enabled"] = settings.WithCommandExecutor ? "true" : "false",
    };
}
