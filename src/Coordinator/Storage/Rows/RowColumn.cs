using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Coordinator.Storage.Rows;

/// <summary>One column: what is stored in it, and where an entity has that.</summary>
internal sealed class RowColumn
{
    private readonly IProperty _property;
    private readonly Func<Expression, Expression> _owner;
    private readonly bool _ownerMayBeMissing;

    /// <param name="property">What is stored in it.</param>
    /// <param name="name">Its name in the table.</param>
    /// <param name="owner">Leads from the row's entity to the object that has the property.</param>
    /// <param name="ownerMayBeMissing">Whether that object may be null.</param>
    /// <param name="isFixed">It never changes once it was inserted.</param>
    public RowColumn(IProperty property, string name, Func<Expression, Expression> owner, bool ownerMayBeMissing, bool isFixed)
    {
        (_property, Name, _owner, _ownerMayBeMissing, IsFixed) = (property, name, owner, ownerMayBeMissing, isFixed);
        IsKey = property.IsPrimaryKey();
        IsGenerated = IsKey && property.ValueGenerated == ValueGenerated.OnAdd;
        IsVersion = property.IsConcurrencyToken;
        IsCounter = property.FindAnnotation(Counters.Annotation) is not null;
    }

    public string Name { get; }

    public bool IsFixed { get; }

    public bool IsKey { get; }

    /// <summary>The database gives it its value.</summary>
    public bool IsGenerated { get; }

    /// <summary>Counts the changes of the row: an update must find the one that was read.</summary>
    public bool IsVersion { get; }

    /// <summary>Written without a change of the row's version, by its only writer; see <see cref="Counters"/>.</summary>
    public bool IsCounter { get; }

    /// <summary>Code that gives the column's value to a writer, in the form in which it is stored.</summary>
    public Expression Write(Expression entity, Expression writer)
    {
        Expression owner = _owner(entity);
        Expression value = Expression.Property(owner, _property.PropertyInfo!);
        Expression write = value.Type.IsValueType && Nullable.GetUnderlyingType(value.Type) is null
            ? Give(writer, value)
            : Unless(IsNull(value), Give(writer, WithoutNull(value)), writer);
        return _ownerMayBeMissing ? Unless(IsNull(owner), write, writer) : write;
    }

    /// <summary>Code that makes the property's value of what is stored.</summary>
    public Expression Read(Expression reader, int place)
    {
        ValueConverter? converter = Converter;
        Type stored = Stored(converter?.ProviderClrType ?? _property.ClrType);
        (string method, Type type) = MethodOf(stored);
        Expression value = Expression.Call(reader, typeof(IRowReader).GetMethod(method)!, Expression.Constant(place));
        value = stored == typeof(bool) ? Expression.NotEqual(value, Expression.Constant(0L)) : As(value, stored);
        if (converter is not null)
        {
            LambdaExpression convert = converter.ConvertFromProviderExpression;
            value = Expression.Invoke(convert, As(value, convert.Parameters[0].Type));
        }

        value = As(value, _property.ClrType);
        return _property.IsNullable ? Expression.Condition(IsNullAt(reader, place), Expression.Default(_property.ClrType), value) : value;
    }

    public static Expression IsNullAt(Expression reader, int place) =>
        Expression.Call(reader, typeof(IRowReader).GetMethod(nameof(IRowReader.IsNull))!, Expression.Constant(place));

    private ValueConverter? Converter => _property.GetRelationalTypeMapping().Converter;

    private MethodCallExpression Give(Expression writer, Expression value)
    {
        if (Converter is { } converter)
        {
            LambdaExpression convert = converter.ConvertToProviderExpression;
            value = Expression.Invoke(convert, As(value, convert.Parameters[0].Type));
        }

        (_, Type type) = MethodOf(Stored(value.Type));
        Expression plain = value.Type == typeof(bool) ? Expression.Condition(value, Expression.Constant(1L), Expression.Constant(0L)) : As(value, type);
        return Expression.Call(writer, typeof(IRowWriter).GetMethod(nameof(IRowWriter.Write), [type])!, plain);
    }

    private static (string Method, Type Type) MethodOf(Type stored) =>
        stored == typeof(string) ? (nameof(IRowReader.Text), stored)
        : stored == typeof(byte[]) ? (nameof(IRowReader.Bytes), stored)
        : stored == typeof(double) ? (nameof(IRowReader.Real), stored)
        : stored == typeof(long) || stored == typeof(int) || stored == typeof(bool) ? (nameof(IRowReader.Integer), typeof(long))
        : throw new InvalidOperationException($"A value of {stored.Name} is stored in no column.");

    private static Type Stored(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static BinaryExpression IsNull(Expression value) => Expression.Equal(value, Expression.Constant(null, value.Type));

    private static Expression WithoutNull(Expression value) =>
        Nullable.GetUnderlyingType(value.Type) is null ? value : Expression.Property(value, nameof(Nullable<int>.Value));

    private static ConditionalExpression Unless(Expression isMissing, Expression write, Expression writer) => Expression.IfThenElse(
        isMissing, Expression.Call(writer, typeof(IRowWriter).GetMethod(nameof(IRowWriter.WriteNull))!), write);

    private static Expression As(Expression value, Type type) => value.Type == type ? value : Expression.Convert(value, type);
}
