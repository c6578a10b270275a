using Coordinator.AgentRunner.Journal;
using Coordinator.Simulation.Engine;

namespace Coordinator.Simulation.Runners;

/// <summary>One life's access to the journal on its machine's disk, which may be full, and on which a kill tears a write.</summary>
internal sealed class SimulatedJournal(World world, RunnerNode runner, Life life) : IJournalStore
{
    private byte[] _replacement = [];

    private SimulatedDisk Disk => runner.Machine.Disk;

    private Random Random => world.Simulator.Random;

    public byte[]? Read() => Disk.Journal;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Check();
        if (world.IsTroubled && Random.Next(200) == 0)
        {
            int written = Random.Next(bytes.Length);
            world.Story.Tell(runner.Name, $"is killed while it writes to its journal, {written} of {bytes.Length} bytes are there");
            Disk.Append(bytes[..written]);
            runner.Crash();
            throw new CrashException();
        }

        Disk.Append(bytes);
    }

    public void Prepare(ReadOnlySpan<byte> content)
    {
        Check();
        _replacement = content.ToArray();
    }

    public void Commit(ReadOnlySpan<byte> appendedMeanwhile)
    {
        Check();
        Disk.Replace([.. _replacement, .. appendedMeanwhile], _replacement.Length);
    }

    private void Check()
    {
        if (life.IsDead)
            throw new CrashException();
        if (Disk.IsFull)
            throw new IOException("No space left on device");
    }
}
