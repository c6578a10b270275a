namespace Coordinator.FaultTests.Faults;

/// <summary>All kinds of faults in any order, then all of them again in another: as many rounds as kinds have met each.</summary>
internal sealed class FaultDeck(Random random)
{
    private readonly Queue<FaultKind> _left = [];

    public static int Size => Enum.GetValues<FaultKind>().Length;

    public FaultKind Next()
    {
        if (_left.Count == 0)
        {
            FaultKind[] kinds = Enum.GetValues<FaultKind>();
            random.Shuffle(kinds);
            foreach (FaultKind kind in kinds)
                _left.Enqueue(kind);
        }

        return _left.Dequeue();
    }
}
