using Coordinator.AgentRunner.Tests;
using Coordinator.AgentRunner.Tests.Containment;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// This program also plays the runner that a test kills; everything else is what the test framework would generate.
if (OperatingSystem.IsLinux() && await PlayedRunner.TryPlayAsync(args))
{
    return 0;
}

return args.Contains("--server") || args.Contains("--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
