using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Coordinator.Storage.Rows;

/// <summary>
/// What the model says of one entity's table: its columns, and code that reads and writes rows of it. A property that can only be set
/// when the entity is made is never written again.
/// </summary>
internal sealed class RowMap<T>
    where T : class
{
    private static readonly ParameterExpression _reader = Expression.Parameter(typeof(IRowReader), "reader");

    private readonly IEntityType _type;
    private Func<IRowReader, T>? _read;

    private RowMap(IEntityType type)
    {
        _type = type;
        StoreObjectIdentifier table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
        Table = table.Name;
        Columns = [.. ColumnsOf(type, table)];
        Key = new RowPart<T>([.. Columns.Where(c => c.IsKey)]);
        Inserted = new RowPart<T>([.. Columns.Where(c => !c.IsGenerated)]);
        Changing = new RowPart<T>([.. Columns.Where(c => !c.IsFixed && !c.IsKey && !c.IsCounter)]);
        Counting = new RowPart<T>([.. Columns.Where(c => c.IsCounter)]);
    }

    public string Table { get; }

    /// <summary>All, in the order in which <see cref="Read"/> takes them.</summary>
    public IReadOnlyList<RowColumn> Columns { get; }

    public RowPart<T> Key { get; }

    /// <summary>What a new row is made of.</summary>
    public RowPart<T> Inserted { get; }

    /// <summary>Whatever can change but the counters; the version too, if there is one.</summary>
    public RowPart<T> Changing { get; }

    /// <inheritdoc cref="Counters"/>
    public RowPart<T> Counting { get; }

    /// <summary>Makes an entity of a row with all columns.</summary>
    public Func<IRowReader, T> Read
    {
        get
        {
            int place = 0;
            return _read ??= Expression.Lambda<Func<IRowReader, T>>(Make(_type, ref place), _reader).Compile();
        }
    }

    /// <summary>That of one entity.</summary>
    public static RowMap<T> Of(CoordinatorDbContext db) => new(db.Model.FindEntityType(typeof(T))
        ?? throw new InvalidOperationException($"{typeof(T).Name} is not stored."));

    /// <summary>What is stored in the same row, and may not be there.</summary>
    private static IEnumerable<INavigation> PartsOf(IEntityType type) => type.GetNavigations().Where(n => n.ForeignKey.IsOwnership && !n.IsOnDependent);

    private static IEnumerable<RowColumn> ColumnsOf(IEntityType type, StoreObjectIdentifier table)
    {
        foreach (RowColumn column in ColumnsOf(type, table, self => self, ownerMayBeMissing: false, IsFixed))
            yield return column;
        foreach (INavigation part in PartsOf(type))
        {
            // It may come later, and then all of it is new.
            PropertyInfo property = part.PropertyInfo!;
            foreach (RowColumn column in ColumnsOf(part.TargetEntityType, table, self => Expression.Property(self, property), ownerMayBeMissing: true, _ => false))
                yield return column;
        }
    }

    private static IEnumerable<RowColumn> ColumnsOf(
        ITypeBase type, StoreObjectIdentifier table, Func<Expression, Expression> owner, bool ownerMayBeMissing, Func<PropertyInfo?, bool> isFixed)
    {
        foreach (IProperty property in type.GetProperties().Where(p => !p.IsShadowProperty()))
            yield return new RowColumn(property, property.GetColumnName(table)!, owner, ownerMayBeMissing, isFixed(property.PropertyInfo));
        foreach (IComplexProperty part in type.GetComplexProperties())
        {
            PropertyInfo info = part.PropertyInfo!;
            bool isPartFixed = isFixed(info);
            IEnumerable<RowColumn> columns = ColumnsOf(
                part.ComplexType, table, entity => Expression.Property(owner(entity), info), ownerMayBeMissing, property => isPartFixed || isFixed(property));
            foreach (RowColumn column in columns)
                yield return column;
        }
    }

    private static bool IsFixed(PropertyInfo? property) =>
        property?.SetMethod is not { } set || set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private Expression Make(ITypeBase type, ref int place)
    {
        List<(PropertyInfo Property, Expression Value)> values = [];
        foreach (IProperty property in type.GetProperties().Where(p => !p.IsShadowProperty()))
            values.Add((property.PropertyInfo!, Columns[place].Read(_reader, place++)));
        foreach (IComplexProperty part in type.GetComplexProperties())
            values.Add((part.PropertyInfo!, Make(part.ComplexType, ref place)));
        if (type is IEntityType entity)
        {
            foreach (INavigation part in PartsOf(entity))
                values.Add((part.PropertyInfo!, MakeIfThere(part.TargetEntityType, ref place)));
        }

        return Construct(type.ClrType, values);
    }

    /// <summary>It is there if its first value that cannot be missing is.</summary>
    private ConditionalExpression MakeIfThere(IEntityType part, ref int place)
    {
        int sign = place + part.GetProperties().Where(p => !p.IsShadowProperty()).TakeWhile(p => p.IsNullable).Count();
        Expression made = Make(part, ref place);
        return Expression.Condition(RowColumn.IsNullAt(_reader, sign), Expression.Constant(null, part.ClrType), made);
    }

    private static Expression Construct(Type type, List<(PropertyInfo Property, Expression Value)> values)
    {
        if (type.GetConstructor(Type.EmptyTypes) is not { } plain)
        {
            // A record: what it has is what it is made of.
            ConstructorInfo whole = type.GetConstructors().Single();
            return Expression.New(whole, whole.GetParameters().Select(p => values.Single(v => v.Property.Name == p.Name).Value));
        }

        ParameterExpression made = Expression.Variable(type);
        return Expression.Block(
            [made],
            [Expression.Assign(made, Expression.New(plain)), .. values.Select(v => Expression.Call(made, v.Property.GetSetMethod(nonPublic: true)!, v.Value)), made]);
    }
}
