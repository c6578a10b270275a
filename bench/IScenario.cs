namespace Coordinator.Bench;

/// <summary>Something that can be measured with one command.</summary>
internal interface IScenario
{
    string Name { get; }

    /// <summary>What is measured, in a few words.</summary>
    string Summary { get; }

    /// <summary>Measures, and reports each number as soon as it is known.</summary>
    Task MeasureAsync(BenchRun run);
}
