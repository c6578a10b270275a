namespace Coordinator.ArchitectureTests.Samples;

/// <summary>One type for each way of referring to a type, so that none is found for another's sake.</summary>
internal static class Targets
{
    internal class Base;

    internal sealed class ArgumentOfBase;

    internal interface IExplicit
    {
        void Call();
    }

    [AttributeUsage(AttributeTargets.All)]
    internal sealed class MarkAttribute(params Type[] types) : Attribute
    {
        public Type[] Types => types;

        public object? Boxed { get; init; }
    }

    internal sealed class InAttribute;

    internal sealed class InAttributeOfParameter;

    internal sealed class InAttributeOfResult;

    internal enum BoxedInAttribute
    {
        Value,
    }

    internal sealed class Constraint;

    internal sealed class ConstraintOfMethod;

    internal sealed class Captured
    {
        public void Use()
        {
        }
    }

    internal sealed class Field;

    internal sealed class ElementOfArray;

    internal sealed class Property;

    internal sealed class ArgumentOfEvent;

    internal sealed class Parameter;

    internal sealed class Result;

    internal struct Nullable;

    internal sealed class Created;

    internal sealed class Cast;

    internal sealed class Pattern;

    internal sealed class Caught : Exception;

    internal sealed class TypeOf;

    internal sealed class ArgumentOfCall;

    internal sealed class Local;

    internal sealed class LocalInClosure;

    internal static class Static
    {
        public static int Value { get; set; }

        public static void Call()
        {
        }
    }

    internal static class MethodGroup
    {
        public static int Call() => 0;
    }

    internal static class InExtension
    {
        public static int Value { get; set; }
    }

    internal enum Handed
    {
        Value,
    }

    internal enum Compared
    {
        Value,
        Other,
    }

    internal static class InLambda
    {
        public static int Value { get; set; }
    }

    internal static class InClosure
    {
        public static int Value { get; set; }
    }

    internal static class InAsync
    {
        public static int Value { get; set; }
    }

    internal static class InAsyncLambda
    {
        public static int Value { get; set; }
    }

    internal static class InIterator
    {
        public static int Value { get; set; }
    }

    internal static class InLocalFunction
    {
        public static int Value { get; set; }
    }

    internal static class InAccessor
    {
        public static int Value { get; set; }
    }

    internal static class InFileLocalType
    {
        public static int Value { get; set; }
    }

    internal static class InNested
    {
        public static int Value { get; set; }
    }
}
