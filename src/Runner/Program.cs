using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Hosting;
using Coordinator.Privacy;

PrivateMemory.Close();

// The program also is what stands between the runner and an agent; that comes before anything else is touched.
if (ProcessMode.TryRun(args) is { } exitCode)
    return exitCode;

try
{
    await RunnerHost.RunAsync(args);
    return 0;
}
catch (StartupException failure)
{
    foreach (string message in failure.Messages)
        Console.Error.WriteLine(message);
    return failure.ExitCode;
}
