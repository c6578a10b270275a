using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Coordinator.Storage.Rows;

/// <summary>One column: how its value is read from an entity, and how it is given to the database.</summary>
internal sealed class RowColumn
{
    private readonly Func<object, object?> _owner;
    private readonly IClrPropertyGetter _getter;
    private readonly RelationalTypeMapping _mapping;

    /// <param name="property">What is stored in it.</param>
    /// <param name="name">Its name in the table.</param>
    /// <param name="owner">Leads from the row's entity to the object that has the property; to null if there is none.</param>
    /// <param name="isFixed">It never changes once it was inserted.</param>
    public RowColumn(IProperty property, string name, Func<object, object?> owner, bool isFixed)
    {
        (Name, IsFixed, IsKey, IsGuard) = (name, isFixed, property.IsPrimaryKey(), property.IsConcurrencyToken);
        IsGenerated = IsKey && property.ValueGenerated == ValueGenerated.OnAdd;
        (_owner, _getter, _mapping) = (owner, property.GetGetter(), property.GetRelationalTypeMapping());
    }

    public string Name { get; }

    public bool IsFixed { get; }

    public bool IsKey { get; }

    /// <summary>The database gives it its value.</summary>
    public bool IsGenerated { get; }

    /// <summary>An update must find the value that was there before.</summary>
    public bool IsGuard { get; }

    public DbParameter NewParameter(DbCommand command, string name) => _mapping.CreateParameter(command, name, value: null, nullable: true);

    /// <summary>As the database has it.</summary>
    public object ValueOf(object entity)
    {
        if (_owner(entity) is not { } owner || _getter.GetClrValue(owner) is not { } value)
            return DBNull.Value;
        return _mapping.Converter?.ConvertToProvider(value) ?? value;
    }
}
