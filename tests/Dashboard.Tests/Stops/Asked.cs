using Coordinator.Dashboard.Stops;

namespace Coordinator.Dashboard.Tests.Stops;

/// <summary>What the dialog was asked to open with.</summary>
internal sealed class Asked
{
    public Asked(StopPrompt prompt) => prompt.Asked += choice => Choice = choice;

    public StopChoice? Choice { get; private set; }
}
