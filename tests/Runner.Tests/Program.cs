using Coordinator.AgentRunner.Containment.Linux;
using Coordinator.AgentRunner.Tests;
using Coordinator.AgentRunner.Tests.Containment;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// What the runner starts its own program for.
if (ProcessMode.TryRun(args) is { } exitCode)
    return exitCode;

// This program also plays the runner that a test kills, and others; everything else is what the test framework would generate.
if (OperatingSystem.IsLinux() && (WithoutDescriptors.TryPlay(args) || await PlayedRunner.TryPlayAsync(args)))
{
    return 0;
}

return args.Contains("--server") || args.Contains("--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
