using Coordinator.Architecture;

namespace Coordinator.ArchitectureTests;

/// <summary>No way of referring to a type is overlooked: the samples have one type for each.</summary>
public sealed class ReferenceGraphTests
{
    private const string Expected = """
        FileLocal.Call uses Targets.InFileLocalType
        Referring uses Targets.ArgumentOfBase (also Equals)
        Referring.ArgumentOfCall uses Targets.ArgumentOfCall
        Referring.Event uses Targets.ArgumentOfEvent (also Raise)
        Referring uses Targets.Base (also constructor)
        Referring uses Targets.BoxedInAttribute
        Referring.Captured uses Targets.Captured (also captured, constructor)
        Referring.Cast uses Targets.Cast
        Referring.Catch uses Targets.Caught
        Referring.Compared uses Targets.Compared
        Referring uses Targets.Constraint
        Referring.Constraint uses Targets.ConstraintOfMethod
        Referring.Created uses Targets.Created
        Referring.Array uses Targets.ElementOfArray
        Referring.Field uses Targets.Field
        Referring.Handed uses Targets.Handed
        Referring uses Targets.IExplicit (also Call)
        Referring.Accessor uses Targets.InAccessor
        Referring.AsyncMethod uses Targets.InAsync
        Referring.AsyncLambda uses Targets.InAsyncLambda
        Referring uses Targets.InAttribute
        Referring.AttributeOfParameter uses Targets.InAttributeOfParameter
        Referring.AttributeOfResult uses Targets.InAttributeOfResult
        Referring.Closure uses Targets.InClosure
        Referring.Iterator uses Targets.InIterator
        Referring.Lambda uses Targets.InLambda
        Referring.LocalFunction uses Targets.InLocalFunction
        Referring.Local uses Targets.Local
        Referring.LocalInClosure uses Targets.LocalInClosure
        Referring uses Targets.MarkAttribute (also AttributeOfParameter, AttributeOfResult)
        Referring.MethodGroup uses Targets.MethodGroup
        Referring.Nullable uses Targets.Nullable
        Referring.Parameter uses Targets.Parameter
        Referring.Pattern uses Targets.Pattern
        Referring.Property uses Targets.Property
        Referring.Result uses Targets.Result
        Referring.Static uses Targets.Static
        Referring.TypeOf uses Targets.TypeOf
        Referring.Nested uses Targets.Constraint
        Referring.Nested.constructor uses Targets.InNested
        TextExtensions.Lengthened uses Targets.InExtension
        """;

    private static readonly ReferenceGraph Graph = Product.Read("Coordinator.ArchitectureTests", "Coordinator.ArchitectureTests.Samples");

    [Fact]
    public void References_OfSamplesInEveryWay_AreFoundWithTheirMembers() => Assert.Equal(
        Expected.ReplaceLineEndings("\n"),
        string.Join('\n', Graph.Root.Describe(Graph.InnerReferences.Where(IsOfTheSamples))));

    [Fact]
    public void References_ToOtherAssemblies_NameThem() => Assert.Contains(
        Graph.References,
        reference => reference is { From.Name: "Referring", Member: "AsyncMethod", To: { Assembly: "System.Runtime", Name: "Task" } });

    private static bool IsOfTheSamples(Reference reference) =>
        reference.To.Name.StartsWith("Targets.", StringComparison.Ordinal) && reference.From.Name != "Other";
}
