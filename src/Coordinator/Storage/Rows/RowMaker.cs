using System.Data.Common;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Coordinator.Storage.Rows;

/// <summary>Writes the code that makes an entity of its row, as the model says, with the columns in the order of <see cref="RowTable.All"/>.</summary>
internal sealed class RowMaker
{
    private static readonly MethodInfo IsNull = typeof(DbDataReader).GetMethod(nameof(DbDataReader.IsDBNull))!;

    private readonly ParameterExpression _reader = Expression.Parameter(typeof(DbDataReader), "reader");
    private int _column;

    private RowMaker()
    {
    }

    public static Func<DbDataReader, object> Compile(IEntityType type)
    {
        RowMaker maker = new();
        return Expression.Lambda<Func<DbDataReader, object>>(maker.Make(type), maker._reader).Compile();
    }

    private Expression Make(ITypeBase type)
    {
        List<(PropertyInfo Property, Expression Value)> values = [];
        foreach (IProperty property in type.GetProperties().Where(p => !p.IsShadowProperty()))
            values.Add((property.PropertyInfo!, Read(property)));
        foreach (IComplexProperty part in type.GetComplexProperties())
            values.Add((part.PropertyInfo!, Make(part.ComplexType)));
        if (type is IEntityType entity)
        {
            foreach (INavigation part in RowTable.PartsOf(entity))
                values.Add((part.PropertyInfo!, MakeIfThere(part.TargetEntityType)));
        }

        return Construct(type.ClrType, values);
    }

    /// <summary>It is there if its first value that cannot be missing is.</summary>
    private ConditionalExpression MakeIfThere(IEntityType part)
    {
        int sign = _column + part.GetProperties().Where(p => !p.IsShadowProperty()).TakeWhile(p => p.IsNullable).Count();
        Expression made = Make(part);
        return Expression.Condition(IsNullAt(sign), Expression.Constant(null, part.ClrType), made);
    }

    private Expression Read(IProperty property)
    {
        int column = _column++;
        RelationalTypeMapping mapping = property.GetRelationalTypeMapping();
        MethodInfo read = mapping.GetDataReaderMethod();
        Expression reader = read.DeclaringType!.IsAssignableFrom(_reader.Type) ? _reader : Expression.Convert(_reader, read.DeclaringType);
        Expression value = mapping.CustomizeDataReaderExpression(Expression.Call(reader, read, Expression.Constant(column)));
        if (mapping.Converter is { } converter)
            value = Expression.Invoke(converter.ConvertFromProviderExpression, As(value, converter.ConvertFromProviderExpression.Parameters[0].Type));
        value = As(value, property.ClrType);
        return property.IsNullable ? Expression.Condition(IsNullAt(column), Expression.Default(property.ClrType), value) : value;
    }

    private MethodCallExpression IsNullAt(int column) => Expression.Call(_reader, IsNull, Expression.Constant(column));

    private static Expression As(Expression value, Type type) => value.Type == type ? value : Expression.Convert(value, type);

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
