using Microsoft.Data.Sqlite;

namespace Coordinator.Bench.Scale;

/// <summary>Makes a database look as if very much had happened, by copies of one session that really happened.</summary>
internal static class History
{
    private static readonly string[] Tables = ["Sessions", "SessionLabels", "Runs", "RunTexts", "EventChunks"];

    /// <param name="file">The database, which nobody has open.</param>
    /// <param name="template">A session that has ended.</param>
    /// <param name="from">How many copies there are already.</param>
    /// <param name="to">How many there are to be.</param>
    public static void Grow(string file, string template, int from, int to)
    {
        using SqliteConnection connection = new($"Data Source={file};Pooling=False");
        connection.Open();
        Do(connection, "PRAGMA synchronous = OFF");
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (string table in Existing(connection))
            Copy(connection, table, template, from, to);
        // A coordinator of an earlier version keeps both beside the sessions.
        if (Columns(connection, "LedgerState").Contains("SessionCount"))
            Do(connection, $"UPDATE LedgerState SET Revision = (SELECT MAX(Revision) FROM Sessions), SessionCount = SessionCount + {to - from}");
        transaction.Commit();
        Do(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static void Copy(SqliteConnection connection, string table, string template, int from, int to)
    {
        List<string> columns = Columns(connection, table);
        string newest = Read(connection, "SELECT CAST(MAX(Revision) AS TEXT) FROM Sessions").Single();
        string values = string.Join(", ", columns.Select(column => column switch
        {
            "SessionId" => "'ses_' || printf('%026d', n)",
            "RunId" => "'run_' || printf('%026d', n)",
            "Revision" => $"{newest} + n - {from}",
            "RequestId" => "NULL",
            _ => $"\"{column}\"",
        }));
        string belongs = columns.Contains("SessionId") ? $"SessionId = '{template}'" : $"RunId IN (SELECT RunId FROM Runs WHERE SessionId = '{template}')";
        Do(connection, $"""
            WITH RECURSIVE numbers(n) AS (SELECT {from + 1} UNION ALL SELECT n + 1 FROM numbers WHERE n < {to})
            INSERT INTO "{table}" ({string.Join(", ", columns.Select(c => $"\"{c}\""))})
            SELECT {values} FROM numbers, "{table}" WHERE {belongs}
            """);
    }

    private static List<string> Existing(SqliteConnection connection)
    {
        List<string> existing = Read(connection, "SELECT name FROM sqlite_master WHERE type = 'table'");
        return [.. Tables.Where(existing.Contains)];
    }

    private static List<string> Columns(SqliteConnection connection, string table) => Read(connection, $"SELECT name FROM pragma_table_info('{table}')");

    private static List<string> Read(SqliteConnection connection, string query)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> values = [];
        while (reader.Read())
            values.Add(reader.GetString(0));
        return values;
    }

    private static void Do(SqliteConnection connection, string statement)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement;
        command.CommandTimeout = 0;
        command.ExecuteNonQuery();
    }
}
