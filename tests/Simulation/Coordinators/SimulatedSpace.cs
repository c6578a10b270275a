using Coordinator.Storage;
using Microsoft.Data.Sqlite;

namespace Coordinator.Simulation.Coordinators;

/// <summary>The disk of the simulated database, with the file that keeps some of it free. Both outlive a crash of the coordinator.</summary>
internal sealed class SimulatedSpace(World world) : ISpareSpace
{
    private const int Full = 13;

    private bool _isFull;

    /// <summary>How many commits there is room for on a full disk.</summary>
    private int _room;

    public long Size => 0;

    /// <summary>Whether some of it is kept free; if not, only stops may be stored.</summary>
    public bool IsHeld { get; private set; }

    public void Fill()
    {
        if (_isFull)
            return;
        world.Story.Tell("coordinator", "has a full disk");
        (_isFull, _room) = (true, 0);
    }

    public void Clear()
    {
        if (!_isFull)
            return;
        world.Story.Tell("coordinator", "has room on its disk again");
        _isFull = false;
    }

    public bool TryHold() => IsHeld = IsHeld || !_isFull;

    public void Release()
    {
        world.Story.Tell("coordinator", "uses the space that is kept for stops");
        (IsHeld, _room) = (false, world.Simulator.Random.Next(40));
    }

    /// <exception cref="SqliteException">There is no room for another commit.</exception>
    public void Commit()
    {
        if (_isFull && _room-- <= 0)
            throw new SqliteException("database or disk is full", Full);
    }
}
