using Coordinator.Model;
using Coordinator.Storage.Rows;
using SQLitePCL;

namespace Coordinator.Storage.Sqlite;

/// <summary>Reads and writes the rows of one table through statements that are prepared once for a connection.</summary>
internal sealed class SqliteTable<T>(sqlite3 connection, RowMap<T> map) : IDisposable
    where T : class
{
    private readonly Dictionary<string, SqliteStatement> _reads = new(StringComparer.Ordinal);
    private SqliteStatement? _insert;
    private SqliteStatement? _change;
    private SqliteStatement? _changeAndCount;
    private SqliteStatement? _count;

    /// <summary>The rows of which a condition with one parameter holds.</summary>
    /// <param name="condition">What follows the names of the columns and of the table; one of a few that are always the same.</param>
    public IEnumerable<T> Where(string condition, string parameter)
    {
        if (!_reads.TryGetValue(condition, out SqliteStatement? read))
            _reads.Add(condition, read = new SqliteStatement(connection, $"SELECT {Names(map.Columns)} FROM \"{map.Table}\" {condition}"));
        List<T> found = [];
        read.Write(parameter);
        try
        {
            while (read.Next())
                found.Add(map.Read(read));
        }
        finally
        {
            read.End();
        }

        return found;
    }

    public void Insert(T entity)
    {
        _insert ??= new SqliteStatement(connection,
            $"INSERT INTO \"{map.Table}\" ({Names(map.Inserted.Columns)}) VALUES ({string.Join(", ", map.Inserted.Columns.Select(_ => "?"))})");
        map.Inserted.Write(entity, _insert);
        _insert.Run();
    }

    /// <summary>Writes the counters, whatever the version of the row is.</summary>
    /// <returns>Whether there is such a row.</returns>
    public bool Count(T entity)
    {
        _count ??= Update(map.Counting.Columns, "");
        map.Counting.Write(entity, _count);
        map.Key.Write(entity, _count);
        return _count.Run() == 1;
    }

    /// <summary>Writes what can change, in the row with the same key; of one that has versions, if the version is one less.</summary>
    /// <returns>Whether there was such a row.</returns>
    public bool Change(T entity, bool andCount)
    {
        string condition = entity is IVersioned ? " AND \"Version\" = ?" : "";
        SqliteStatement change = andCount
            ? _changeAndCount ??= Update([.. map.Changing.Columns, .. map.Counting.Columns], condition)
            : _change ??= Update(map.Changing.Columns, condition);
        map.Changing.Write(entity, change);
        if (andCount)
            map.Counting.Write(entity, change);
        map.Key.Write(entity, change);
        if (entity is IVersioned versioned)
            change.Write(versioned.Version - 1);
        return change.Run() == 1;
    }

    public void Dispose()
    {
        foreach (SqliteStatement? statement in (SqliteStatement?[])[.. _reads.Values, _insert, _change, _changeAndCount, _count])
            statement?.Dispose();
    }

    private SqliteStatement Update(IReadOnlyList<RowColumn> columns, string condition) => new(connection,
        $"UPDATE \"{map.Table}\" SET {string.Join(", ", columns.Select(c => $"\"{c.Name}\" = ?"))} "
        + $"WHERE {string.Join(" AND ", map.Key.Columns.Select(c => $"\"{c.Name}\" = ?"))}{condition}");

    private static string Names(IEnumerable<RowColumn> columns) => string.Join(", ", columns.Select(c => $"\"{c.Name}\""));
}
