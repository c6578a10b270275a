namespace Coordinator.ArchitectureTests.Samples;

/// <summary>Refers to each of the <see cref="Targets"/>; each member in the way that it is named after.</summary>
[Targets.Mark(typeof(Targets.InAttribute), Boxed = Targets.BoxedInAttribute.Value)]
internal sealed class Referring<T>(Targets.Captured captured) : Targets.Base, Targets.IExplicit, IEquatable<Targets.ArgumentOfBase>
    where T : IEquatable<Targets.Constraint>
{
    public Targets.Field? Field;

    public List<Targets.ElementOfArray[]>? Array;

    public Targets.Property? Property { get; init; }

    public int Accessor => Enumerable.Range(0, 1).Select(number => number + Targets.InAccessor.Value).First();

    public event Action<Targets.ArgumentOfEvent>? Event;

    public void Forget() => (Field, Array) = (null, null);

    public void Captured() => captured.Use();

    public void Raise() => Event?.Invoke(null!);

    public void Parameter(Targets.Parameter parameter) => _ = parameter;

    public void AttributeOfParameter([Targets.Mark(typeof(Targets.InAttributeOfParameter))] int parameter) => _ = parameter;

    [return: Targets.Mark(typeof(Targets.InAttributeOfResult))]
    public int AttributeOfResult() => 0;

    public Targets.Result? Result() => null;

    public void Nullable(Targets.Nullable? parameter) => _ = parameter;

    public void Constraint<TMethod>() where TMethod : IEquatable<Targets.ConstraintOfMethod>
    {
    }

    public object Created() => new Targets.Created();

    public object Cast(object value) => (Targets.Cast)value;

    public bool Pattern(object value) => value is Targets.Pattern;

    public void Catch()
    {
        try
        {
            Captured();
        }
        catch (Targets.Caught)
        {
        }
    }

    public Type TypeOf() => typeof(Targets.TypeOf);

    public object ArgumentOfCall() => System.Array.Empty<Targets.ArgumentOfCall>();

    public bool Local()
    {
        var local = Other.Local;
        return local is null || ReferenceEquals(local, this);
    }

    public Func<bool> LocalInClosure()
    {
        var local = Other.LocalInClosure;
        return () => ReferenceEquals(local, this);
    }

    public void Static() => Targets.Static.Call();

    public Func<int> MethodGroup() => Targets.MethodGroup.Call;

    public int Handed() => Other.Take(Targets.Handed.Value);

    public bool Compared() => Other.Compared == Targets.Compared.Other;

    public Func<int> Lambda() => () => Targets.InLambda.Value;

    public Func<int> Closure(int number) => () => Targets.InClosure.Value + number;

    public async Task<int> AsyncMethod()
    {
        await Task.Yield();
        return Targets.InAsync.Value;
    }

    public Func<Task<int>> AsyncLambda(int number) => async () =>
    {
        await Task.Yield();
        return Targets.InAsyncLambda.Value + number;
    };

    public IEnumerable<int> Iterator()
    {
        yield return Targets.InIterator.Value;
    }

    public int LocalFunction()
    {
        return Inner();

        static int Inner() => Targets.InLocalFunction.Value;
    }

    void Targets.IExplicit.Call()
    {
    }

    public bool Equals(Targets.ArgumentOfBase? other) => other is null;

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => 0;

    internal sealed class Nested
    {
        public int Value { get; } = Targets.InNested.Value;
    }
}
