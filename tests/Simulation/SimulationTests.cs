using System.Text;
using Coordinator.Testing;
using Xunit;

namespace Coordinator.Simulation;

public sealed class SimulationTests
{
    private static readonly int Known = TestForm.Of(200, 10_000);
    private static readonly int Fresh = TestForm.Of(20, 1_000);

    /// <summary>The same histories each time: what passed once keeps passing.</summary>
    [Fact]
    public void KnownHistories_BreakNoPromise() => AssertKept(Enumerable.Range(1, Known));

    /// <summary>Others each time: one that goes wrong is told by its seed.</summary>
    [Fact]
    public void FreshHistories_BreakNoPromise()
    {
        Random random = new();
        AssertKept([.. Enumerable.Range(0, Fresh).Select(_ => random.Next(1_000_000, int.MaxValue))]);
    }

    /// <summary>Otherwise a seed would be of no use.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(42)]
    public void History_PlayedTwice_IsTheSame(int seed)
    {
        Outcome first = Campaign.Tell(seed, new Settings());
        Outcome second = Campaign.Tell(seed, new Settings());

        Assert.Equal(first.Story, second.Story);
        Assert.Contains("is spawned", first.Story, StringComparison.Ordinal);
    }

    /// <summary>Other tests run beside these, and some of them look at times.</summary>
    private static void AssertKept(IEnumerable<int> seeds)
    {
        IReadOnlyList<Outcome> wrong = Campaign.Play(seeds, new Settings(), Math.Max(1, Environment.ProcessorCount / 2), stopAtFirst: true);
        StringBuilder text = new();
        foreach (Outcome outcome in wrong)
            text.AppendLine($"Seed {outcome.Seed}: {outcome.Problem}");
        if (wrong.Count > 0)
            Assert.Fail($"{text}Its history: dotnet run -c Release --project tests/Simulation -- --seed {wrong[0].Seed}");
    }
}
