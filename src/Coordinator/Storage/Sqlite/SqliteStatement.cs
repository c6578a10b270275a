using System.Text;
using Coordinator.Storage.Rows;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Coordinator.Storage.Sqlite;

/// <summary>
/// A statement that is prepared once for a connection, without what ADO.NET puts around it: for the few that every commit carries out,
/// that took longer than SQLite itself.
/// </summary>
internal sealed class SqliteStatement : IRowWriter, IRowReader, IDisposable
{
    /// <summary>In bytes; room for longer texts is not kept.</summary>
    private const int KeptText = 4 * 1024;

    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly byte[] _text = new byte[KeptText];
    private int _parameter;

    public SqliteStatement(sqlite3 connection, string sql)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v2(connection, sql, out _statement));
    }

    public void Write(long value) => Check(raw.sqlite3_bind_int64(_statement, ++_parameter, value));

    public void Write(double value) => Check(raw.sqlite3_bind_double(_statement, ++_parameter, value));

    public void Write(string value)
    {
        // An empty span would become NULL.
        if (value.Length == 0)
        {
            Check(raw.sqlite3_bind_text(_statement, ++_parameter, ""));
            return;
        }

        // It is copied.
        ReadOnlySpan<byte> text = Encoding.UTF8.GetMaxByteCount(value.Length) > KeptText
            ? Encoding.UTF8.GetBytes(value)
            : _text.AsSpan(0, Encoding.UTF8.GetBytes(value, _text));
        Check(raw.sqlite3_bind_text(_statement, ++_parameter, text));
    }

    public void Write(byte[] value) => Check(value.Length == 0
        ? raw.sqlite3_bind_zeroblob(_statement, ++_parameter, 0)
        : raw.sqlite3_bind_blob(_statement, ++_parameter, value));

    public void WriteNull() => Check(raw.sqlite3_bind_null(_statement, ++_parameter));

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    public double Real(int column) => raw.sqlite3_column_double(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    /// <summary>Goes to the next row of the result; false at its end, from where the statement can be carried out anew.</summary>
    public bool Next()
    {
        int result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
            return true;
        End();
        Check(result == raw.SQLITE_DONE ? raw.SQLITE_OK : result);
        return false;
    }

    /// <summary>Carries it out.</summary>
    /// <returns>How many rows were changed.</returns>
    public int Run()
    {
        while (Next())
        {
        }

        return raw.sqlite3_changes(_connection);
    }

    /// <summary>Leaves a result before its end; the next value that is written is the first parameter's.</summary>
    public void End()
    {
        _parameter = 0;
        _ = raw.sqlite3_reset(_statement);
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(result, _connection);
    }
}
