namespace Coordinator.Bench;

/// <summary>How thoroughly to measure.</summary>
internal enum BenchSize
{
    /// <summary>As the bars mean it.</summary>
    Full,

    /// <summary>Shorter, and less exact.</summary>
    Quick,

    /// <summary>Just long enough to see that everything can be measured.</summary>
    Smoke,
}
