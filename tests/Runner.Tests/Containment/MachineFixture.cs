using Coordinator.AgentRunner.Tests.Containment;

[assembly: AssemblyFixture(typeof(MachineFixture))]

namespace Coordinator.AgentRunner.Tests.Containment;

/// <summary>Gives back what the tests have of this machine when the last of them is over.</summary>
public sealed class MachineFixture : IDisposable
{
    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
            Machine.GiveBack();
    }
}
