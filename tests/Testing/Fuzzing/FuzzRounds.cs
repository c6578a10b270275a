namespace Coordinator.Testing.Fuzzing;

/// <summary>How long a fuzz test tries.</summary>
public static class FuzzRounds
{
    /// <summary>Multiplies the rounds of every fuzz test, for a night.</summary>
    public const string Variable = "FUZZ";

    /// <summary>What the long form multiplies them by if the variable does not say.</summary>
    private const int Long = 20;

    public static int Of(int usual) =>
        usual * (int.TryParse(Environment.GetEnvironmentVariable(Variable), out int times) ? Math.Max(1, times) : TestForm.Of(1, Long));
}
