namespace Coordinator.Simulation.Runners;

/// <summary>A runner's disk: what was written outlives the program, but only what was flushed certainly outlives a power failure.</summary>
internal sealed class SimulatedDisk(World world)
{
    private int _flushed;

    public byte[]? Journal { get; private set; }

    public bool IsFull { get; set; }

    public void Append(ReadOnlySpan<byte> bytes) => Journal = [.. Journal ?? [], .. bytes];

    public void Replace(byte[] content, int flushed) => (Journal, _flushed) = (content, flushed);

    /// <summary>Of what was not flushed some is there, some is not, and some is something else.</summary>
    public void LosePower()
    {
        if (Journal is null)
            return;
        Random random = world.Simulator.Random;
        Journal = Journal[..(_flushed + random.Next(Journal.Length - _flushed + 1))];
        if (random.Next(2) == 0)
            Journal = [.. Journal, .. new byte[random.Next(64)]];
    }
}
