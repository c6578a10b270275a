namespace Coordinator.Testing;

/// <summary>
/// What takes longer the more it tries has a short form, for everybody who runs the tests, and a long one, for a night: the same
/// tests with <c>COORDINATOR_LONG=1</c> in their environment.
/// </summary>
public static class TestForm
{
    public const string Variable = "COORDINATOR_LONG";

    public static bool IsLong { get; } = Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>The one of the two numbers that goes with the form.</summary>
    public static int Of(int shortForm, int longForm) => IsLong ? longForm : shortForm;
}
