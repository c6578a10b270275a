using System.Linq.Expressions;

namespace Coordinator.Storage.Rows;

/// <summary>Some columns of a table, and code that gives their values in an entity to a writer.</summary>
internal sealed class RowPart<T>(IReadOnlyList<RowColumn> columns)
    where T : class
{
    private Action<T, IRowWriter>? _write;

    public IReadOnlyList<RowColumn> Columns => columns;

    public void Write(T entity, IRowWriter writer) => (_write ??= Compile())(entity, writer);

    private Action<T, IRowWriter> Compile()
    {
        ParameterExpression entity = Expression.Parameter(typeof(T), "entity"), writer = Expression.Parameter(typeof(IRowWriter), "writer");
        IEnumerable<Expression> writes = columns.Select(column => column.Write(entity, writer));
        return Expression.Lambda<Action<T, IRowWriter>>(Expression.Block(typeof(void), [.. writes, Expression.Empty()]), entity, writer).Compile();
    }
}
