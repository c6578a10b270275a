using Coordinator.Bench.Reporting;
using Coordinator.Testing;
using Coordinator.Testing.Processes;

namespace Coordinator.Bench;

/// <summary>One run of the bench: what scenarios need, and what they measured.</summary>
internal sealed class BenchRun(BenchOptions options)
{
    private readonly List<Measurement> _measured = [];

    public bool IsFull => options.Size == BenchSize.Full;

    /// <summary>Whichever belongs to what was asked for.</summary>
    public T Of<T>(T full, T quick, T smoke) => options.Size switch
    {
        BenchSize.Full => full,
        BenchSize.Quick => quick,
        _ => smoke,
    };

    public TimeSpan Seconds(double full, double quick, double smoke) => TimeSpan.FromSeconds(Of(full, quick, smoke));

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(BenchOptions options, IReadOnlyList<IScenario> scenarios)
    {
        BenchRun run = new(options);
        await PublishedPrograms.EnsureAsync();
        try
        {
            foreach (IScenario scenario in scenarios)
                await scenario.MeasureAsync(run);
        }
        finally
        {
            // What was measured before something went wrong has been measured all the same.
            if (!options.Json && run._measured.Count > 0)
                Report.WriteTable(Console.Out, run._measured);
        }

        return options.Size == BenchSize.Smoke || run._measured.All(m => m.IsMet) ? 0 : 1;
    }

    /// <summary>Says what is going on, beside the results.</summary>
    public static void Say(string sentence) => Console.Error.WriteLine(sentence);

    public void Add(Measurement measured)
    {
        _measured.Add(measured);
        if (options.Json)
            Report.WriteJson(Console.Out, measured);
    }

    /// <summary>A published coordinator on an empty database, with its data in these files.</summary>
    /// <param name="settings">As <c>Coordinator__MaxWatchers</c>, with their values.</param>
    public static Task<CoordinatorProcess> StartCoordinatorAsync(TestFiles files, Dictionary<string, string>? settings = null) =>
        CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            WorkingDirectory = files.CreateDirectory("coordinator"),
            Environment = settings ?? [],
        });
}
