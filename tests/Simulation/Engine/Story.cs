using System.Text;

namespace Coordinator.Simulation.Engine;

/// <summary>What happened, line by line, for a person; kept only when it is wanted.</summary>
internal sealed class Story(Simulator simulator, bool isKept)
{
    private readonly StringBuilder _text = new();

    public void Tell(string who, string what)
    {
        if (isKept)
            _text.Append($"{simulator.Elapsed.TotalSeconds,9:0.0000}  {who,-12} {what}").Append('\n');
    }

    public override string ToString() => _text.ToString();
}
