using Coordinator.Simulation.Engine;
using Coordinator.Simulation.Runners;

namespace Coordinator.Simulation;

/// <summary>
/// Everything that goes wrong: crashes at any await and around each commit, cuts, silence, frozen programs, full disks on both sides,
/// power failures.
/// </summary>
internal sealed class Troubles(World world)
{
    private bool _isOver;

    private Random Random => world.Simulator.Random;

    public void Start()
    {
        Later(TimeSpan.FromSeconds(Random.NextDouble()), Next);
        SlowDown();
    }

    /// <summary>Everybody is up again, and what was frozen goes on.</summary>
    public void End()
    {
        _isOver = true;
        Thaw(world.Coordinator.Life);
        Hurry(world.Coordinator.Writing);
        world.Coordinator.Disk.Clear();
        if (world.Coordinator.Life is null or { IsDead: true })
            world.Coordinator.Start();
        foreach (RunnerNode runner in world.Runners)
        {
            Thaw(runner.Life);
            runner.ClearDisk();
            if (runner.Life is null or { IsDead: true })
                runner.Start();
        }

        world.Story.Tell("world", "all troubles are over");
    }

    public void BeforeCommit()
    {
        world.Coordinator.Disk.Commit();
        if (_isOver || !Happens(150))
            return;
        world.Story.Tell("world", "the coordinator dies before a commit");
        Kill();
        throw new CrashException();
    }

    /// <summary>Its code still runs to the next await, but nobody hears of it any more.</summary>
    public void AfterCommit()
    {
        if (_isOver || !Happens(150))
            return;
        world.Story.Tell("world", "the coordinator dies after a commit");
        Kill();
    }

    /// <summary>The coordinator's disk is slow at times, so that operations meet in one transaction. Too common to be told.</summary>
    private void SlowDown() => Later(TimeSpan.FromSeconds(Random.NextDouble() * 0.2), () =>
    {
        if (_isOver)
            return;
        if (world.Coordinator.Writing is { IsDead: false } writing)
        {
            writing.IsFrozen = true;
            Later(TimeSpan.FromSeconds(Random.NextDouble() * 0.1), () => Hurry(writing));
        }

        SlowDown();
    });

    private static void Hurry(Life? writing)
    {
        if (writing is not null)
            writing.IsFrozen = false;
    }

    private bool Happens(int onceIn) => Random.Next(onceIn) == 0;

    private void Next()
    {
        if (_isOver)
            return;
        RunnerNode runner = world.Runners[Random.Next(world.Runners.Count)];
        switch (Random.Next(15))
        {
            case 0 or 1:
                Kill();
                break;
            case 2 or 3 or 4:
                runner.Crash();
                StartLater(runner);
                break;
            case 5:
                runner.CrashMachine();
                StartLater(runner);
                break;
            case 6 or 7:
                world.Story.Tell(runner.Name, "loses its connection");
                runner.Wire?.Cut(world.Settings.NoticeWithin);
                break;
            case 8 or 9:
                world.Story.Tell(runner.Name, "has a connection that went silent");
                runner.Wire?.GoSilent();
                break;
            case 10:
                runner.FillDisk();
                Later(TimeSpan.FromSeconds(Random.NextDouble() * 4), runner.ClearDisk);
                break;
            case 11:
                Freeze(runner.Life);
                break;
            case 12 or 13:
                world.Coordinator.Disk.Fill();
                Later(TimeSpan.FromSeconds(Random.NextDouble() * 4), MakeRoom);
                break;
            default:
                Freeze(world.Coordinator.Life);
                break;
        }

        Later(TimeSpan.FromSeconds(Random.NextDouble() * 2.5), Next);
    }

    private void MakeRoom()
    {
        world.Coordinator.Disk.Clear();
        if (!_isOver && world.Coordinator.Life is { IsDead: true })
            world.Coordinator.Start();
    }

    private void Kill()
    {
        world.Coordinator.Crash();
        Later(TimeSpan.FromSeconds(Random.NextDouble() * 2), () =>
        {
            if (!_isOver && world.Coordinator.Life is { IsDead: true })
                world.Coordinator.Start();
        });
    }

    private void StartLater(RunnerNode runner) => Later(TimeSpan.FromSeconds(Random.NextDouble() * 4), () =>
    {
        if (!_isOver && runner.Life is { IsDead: true })
            runner.Start();
    });

    private void Freeze(Life? life)
    {
        if (life is null or { IsDead: true } or { IsFrozen: true })
            return;
        world.Story.Tell(life.Name, "is frozen");
        life.IsFrozen = true;
        Later(TimeSpan.FromSeconds(Random.NextDouble() * 5), () => Thaw(life));
    }

    private void Thaw(Life? life)
    {
        if (life is not { IsFrozen: true })
            return;
        life.IsFrozen = false;
        world.Story.Tell(life.Name, "goes on");
    }

    private void Later(TimeSpan delay, Action act) => world.Life.Time.CreateTimer(_ => act(), null, delay, Timeout.InfiniteTimeSpan);
}
