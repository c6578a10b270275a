namespace Coordinator.Testing;

/// <summary>
/// What takes longer the more it tries has a short form, for everybody who runs the tests, and a long one, for a night: the same
/// tests with <c>COORDINATOR_LONG=1</c> in their environment.
/// </summary>
public static class TestForm
{
    public const string Variable = "COORDINATOR_LONG";

    /// <summary>Why a test is left out of the short form that would take a minute or more of it.</summary>
    public const string OnlyLong = "This is part of the long form: set COORDINATOR_LONG=1.";

    public static bool IsLong { get; } = Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>All cases in the long form, the first of them in the short one.</summary>
    public static IEnumerable<T> Cases<T>(int shortForm, params IEnumerable<T> all) => IsLong ? all : all.Take(shortForm);

    /// <summary>The one of the two numbers that goes with the form.</summary>
    public static int Of(int shortForm, int longForm) => IsLong ? longForm : shortForm;
}
