using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Coordinator.Storage.Rows;

/// <summary>
/// What the model says of one entity's table: the columns in the order of its statements, and the statements. A property
/// that can only be set when the entity is made is never written again.
/// </summary>
internal sealed class RowTable
{
    public RowTable(CoordinatorDbContext db, Type entity)
    {
        IEntityType type = db.Model.FindEntityType(entity) ?? throw new InvalidOperationException($"{entity.Name} is not stored.");
        StoreObjectIdentifier table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
        RowColumn[] all = [.. Columns(type, table)];
        RowColumn[] key = [.. all.Where(c => c.IsKey)];
        RowColumn[] changing = [.. all.Where(c => !c.IsFixed && !c.IsKey)];
        Guards = [.. all.Where(c => c.IsGuard)];
        Inserted = [.. all.Where(c => !c.IsGenerated)];
        Updated = [.. changing, .. key];

        ISqlGenerationHelper sql = db.GetService<ISqlGenerationHelper>();
        string name = sql.DelimitIdentifier(table.Name, table.Schema);
        Insert = $"INSERT INTO {name} ({List(Inserted, c => sql.DelimitIdentifier(c.Name))}) VALUES ({List(Inserted, c => Parameter(c))})";
        Update = $"UPDATE {name} SET {List(changing, c => $"{sql.DelimitIdentifier(c.Name)} = {Parameter(c)}")} WHERE "
            + string.Join(" AND ", key.Select(c => $"{sql.DelimitIdentifier(c.Name)} = {Parameter(c)}").Concat(Guards.Select(c => $"{sql.DelimitIdentifier(c.Name)} = {FormerParameter(c)}")));
    }

    public string Insert { get; }

    /// <summary>Of everything that can change, in the row with the same key.</summary>
    public string Update { get; }

    /// <summary>The parameters of <see cref="Insert"/>.</summary>
    public IReadOnlyList<RowColumn> Inserted { get; }

    /// <summary>The parameters of <see cref="Update"/>; those of <see cref="Guards"/> follow.</summary>
    public IReadOnlyList<RowColumn> Updated { get; }

    /// <summary>Columns whose former value an update must find.</summary>
    public IReadOnlyList<RowColumn> Guards { get; }

    public static string Parameter(RowColumn column) => $"@{column.Name}";

    public static string FormerParameter(RowColumn column) => $"@former_{column.Name}";

    private static string List(IEnumerable<RowColumn> columns, Func<RowColumn, string> write) => string.Join(", ", columns.Select(write));

    private static IEnumerable<RowColumn> Columns(IEntityType type, StoreObjectIdentifier table)
    {
        foreach (RowColumn column in Columns(type, table, self => self, IsFixed))
            yield return column;
        foreach (INavigation part in type.GetNavigations().Where(n => n.ForeignKey.IsOwnership && !n.IsOnDependent))
        {
            // It may come later, and then all of it is new.
            foreach (RowColumn column in Columns(part.TargetEntityType, table, part.GetGetter().GetClrValue, isFixed: _ => false))
                yield return column;
        }
    }

    private static IEnumerable<RowColumn> Columns(ITypeBase type, StoreObjectIdentifier table, Func<object, object?> owner, Func<PropertyInfo?, bool> isFixed)
    {
        foreach (IProperty property in type.GetProperties().Where(p => !p.IsShadowProperty()))
            yield return new RowColumn(property, property.GetColumnName(table)!, owner, isFixed(property.PropertyInfo));
        foreach (IComplexProperty part in type.GetComplexProperties())
        {
            IClrPropertyGetter getter = part.GetGetter();
            bool isPartFixed = isFixed(part.PropertyInfo);
            foreach (RowColumn column in Columns(part.ComplexType, table, entity => getter.GetClrValue(owner(entity)!), property => isPartFixed || isFixed(property)))
                yield return column;
        }
    }

    private static bool IsFixed(PropertyInfo? property) =>
        property?.SetMethod is not { } set || set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
