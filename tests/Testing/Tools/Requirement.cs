using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Coordinator.Testing.Tools;

/// <summary>
/// What some tests need of the machine. On a developer's machine a test that lacks it is skipped and says how to get it; where
/// CI=true it fails, so that no test is skipped unnoticed.
/// </summary>
public static class Requirement
{
    /// <summary>Goes on only if what the test needs is there.</summary>
    /// <param name="isThere">Whether it is.</param>
    /// <param name="advice">What is missing and how to get it, in a sentence.</param>
    public static void Holds([DoesNotReturnIf(false)] bool isThere, string advice)
    {
        if (!isThere)
            IsMissing(advice);
    }

    /// <summary>Ends the calling test, skipped or failed.</summary>
    /// <inheritdoc cref="Holds" path="/param[@name='advice']"/>
    [DoesNotReturn]
    public static void IsMissing(string advice)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(advice);
        Assert.Skip(advice);
    }
}
