using System.Data.Common;
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
    private readonly Lazy<Func<DbDataReader, object>> _make;

    private RowTable(CoordinatorDbContext db, IEntityType type)
    {
        StoreObjectIdentifier table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
        RowColumn[] all = [.. Columns(type, table)];
        All = all;
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
        Select = $"SELECT {List(all, c => sql.DelimitIdentifier(c.Name))} FROM {name} WHERE {string.Join(" AND ", key.Select(c => $"{sql.DelimitIdentifier(c.Name)} = {Parameter(c)}"))}";
        Key = key;
        _make = new(() => RowMaker.Compile(type));
    }

    public string Insert { get; }

    /// <summary>The row with a key.</summary>
    public string Select { get; }

    /// <summary>What <see cref="Select"/> gives.</summary>
    public IReadOnlyList<RowColumn> All { get; }

    /// <summary>The parameters of <see cref="Select"/>.</summary>
    public IReadOnlyList<RowColumn> Key { get; }

    /// <summary>Makes an entity of a row that was selected.</summary>
    public Func<DbDataReader, object> Make => _make.Value;

    /// <summary>Of everything that can change, in the row with the same key.</summary>
    public string Update { get; }

    /// <summary>The parameters of <see cref="Insert"/>.</summary>
    public IReadOnlyList<RowColumn> Inserted { get; }

    /// <summary>The parameters of <see cref="Update"/>; those of <see cref="Guards"/> follow.</summary>
    public IReadOnlyList<RowColumn> Updated { get; }

    /// <summary>Columns whose former value an update must find.</summary>
    public IReadOnlyList<RowColumn> Guards { get; }

    /// <summary>That of one entity; looked up once for all contexts with the same model.</summary>
    public static RowTable Of(CoordinatorDbContext db, Type entity)
    {
        IEntityType type = db.Model.FindEntityType(entity) ?? throw new InvalidOperationException($"{entity.Name} is not stored.");
        return type.GetOrAddRuntimeAnnotationValue<RowTable, CoordinatorDbContext>("Coordinator:RowTable", context => new RowTable(context!, type), db);
    }

    /// <summary>What is stored in the same row, and may not be there.</summary>
    public static IEnumerable<INavigation> PartsOf(IEntityType type) => type.GetNavigations().Where(n => n.ForeignKey.IsOwnership && !n.IsOnDependent);

    public static string Parameter(RowColumn column) => $"@{column.Name}";

    public static string FormerParameter(RowColumn column) => $"@former_{column.Name}";

    private static string List(IEnumerable<RowColumn> columns, Func<RowColumn, string> write) => string.Join(", ", columns.Select(write));

    private static IEnumerable<RowColumn> Columns(IEntityType type, StoreObjectIdentifier table)
    {
        foreach (RowColumn column in Columns(type, table, self => self, IsFixed))
            yield return column;
        foreach (INavigation part in PartsOf(type))
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
